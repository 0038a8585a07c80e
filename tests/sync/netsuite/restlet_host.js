// Runs a SuiteScript RESTlet outside NetSuite: modules of N/* over a world that comes by standard input.
//   node restlet_host.js script.js < {"world": {…}, "calls": [["get", {…}], …]}   prints the answers, one per call.
'use strict';

const fs = require('fs');
const vm = require('vm');

const { world, calls } = JSON.parse(fs.readFileSync(0, 'utf8'));

const TABLES = { note: world.notes, message: world.messages };

function changedRows(sql, params) {
  const table = TABLES[/ FROM (note|message)\s/.exec(sql)[1]];
  const limit = Number(/ROWNUM <= (\d+)/.exec(sql)[1]);
  const [since, , after] = params;
  return table
    .filter((row) => row.modified > since || (row.modified === since && row.id > after))
    .sort((one, other) => (one.modified === other.modified ? one.id - other.id : one.modified < other.modified ? -1 : 1))
    .slice(0, limit);
}

function rowsOf(sql, params) {
  const marks = (sql.match(/\?/g) || []).length;
  if (marks !== params.length) throw new Error(`${marks} marks, ${params.length} values`);
  if (sql.includes('ROWNUM')) return changedRows(sql, params);
  if (sql.includes('FROM file')) return world.files.filter((row) => params.includes(row.id));
  if (sql.includes('externalid = ?')) return world.notes.filter((row) => row.externalId === params[0]);
  throw new Error(`no rows for ${sql}`);
}

// Of the script's own realm.
const isDate = (value) => Object.prototype.toString.call(value) === '[object Date]';
const two = (number) => String(number).padStart(2, '0');
const partsOf = (value) =>
  `${value.getFullYear()}-${two(value.getMonth() + 1)}-${two(value.getDate())} ${two(value.getHours())}:${two(value.getMinutes())}`;

function openNote(values, isNew) {
  const note = { ...values };
  return {
    // The parts of a Date count, as they do over there.
    setValue: ({ fieldId, value }) => { note[fieldId] = isDate(value) ? partsOf(value) : value; },
    setText: ({ fieldId, text }) => { note[fieldId] = text; },
    save: () => {
      if (isNew && world.notes.some((row) => row.externalId === note.externalid)) throw new Error('DUP_RCRD');
      const id = isNew ? Math.max(...world.notes.map((row) => row.id)) + 1 : values.id;
      world.saved.push({ ...note, id });
      if (isNew) world.notes.push({ id, externalId: note.externalid, modified: world.now });
      return id;
    },
  };
}

const modules = {
  'N/encode': {
    Encoding: { UTF_8: 'UTF_8', BASE_64: 'BASE_64' },
    convert: ({ string }) => Buffer.from(string, 'utf8').toString('base64'),
  },
  'N/error': { create: ({ name, message }) => Object.assign(new Error(message), { name }) },
  'N/file': {
    load: ({ id }) => {
      const found = world.files.find((row) => row.id === Number(id));
      return { fileType: found.filetype, getContents: () => found.contents };
    },
  },
  'N/query': { runSuiteQL: ({ query, params }) => ({ asMappedResults: () => rowsOf(query, params) }) },
  'N/record': {
    Type: { NOTE: 'note' },
    create: () => openNote({}, true),
    load: ({ id }) => openNote({ id: Number(id) }, false),
  },
  'N/runtime': { accountId: world.account },
  'N/search': {
    Type: { INVOICE: 'invoice' },
    create: ({ filters }) => ({
      run: () => ({
        each: (take) => {
          const attached = world.invoices[filters[0][2]];
          if (attached === undefined) return;
          (attached.length ? attached : ['']).every((id) => take({ getValue: () => id }));
        },
      }),
    }),
  },
};

let script;
const define = (names, make) => { script = make(...names.map((name) => modules[name])); };
world.saved = [];
vm.runInNewContext(fs.readFileSync(process.argv[2], 'utf8'), { define });

const answers = calls.map(([method, asked]) => {
  try {
    return script[method](asked);
  } catch (failure) {
    return { error: { code: failure.name, message: failure.message } };
  }
});
process.stdout.write(JSON.stringify({ answers, saved: world.saved }));
