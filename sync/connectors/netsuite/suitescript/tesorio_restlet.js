/**
 * What SuiteTalk can't tell the bot, or tells it slowly: which notes and messages changed, the files of an invoice with
 * their content, and a note written with its owner in one call. Install it as docs/netsuite.md says.
 *
 * Send «Content-Type: application/json» with every request, GET too: by it NetSuite decides that the answer is JSON. Ids
 * are texts, instants are ISO 8601 in UTC with whole seconds.
 *
 * GET action=version
 *     {"version": 1, "account": "1234567_SB1"}
 * GET action=changed&kind=note|message[&since=2026-11-22T12:00:00Z][&after=<id>][&limit=1..1000]
 *     {"items": [{"id": "7", "lastModified": "2026-11-22T12:00:05Z"}], "more": true}
 *     Oldest change first, then by id. Ask again with the last item's lastModified and id while there is more: records
 *     changed at `since` come only when their id is above `after`. Deletions are not told; getDeleted tells them.
 * GET action=files&invoice=<id>[&file=<id>][&content=1]
 *     {"files": [{"id": "7", "name": "INV-1.pdf", "type": "PDF", "size": 973, "folder": "701",
 *     "modified": "2026-11-22T12:00:00Z", "content": "<base64>"}]}
 *     The first 100 files by id; `size` is in bytes. With content=1, `content` is null for what would make the answer
 *     larger than 10 MB: ask for that file alone.
 * POST {"action": "note", "externalId": "t-7", "owner": {"type": "customer" | "invoice", "id": "1001"}, "title": "…",
 *     "text": "…", "direction": "incoming" | "outgoing"[, "written": "2026-11-22T10:15"]}
 *     {"id": "7", "created": true}
 *     A note that has this external id already gets the title, text and direction, and `created` is false. `written` is
 *     when a new one was written, by the wall clock of the token's user; without it that is now.
 *
 * What is asked wrongly is an error of the script: HTTP 400 with {"error": {"code": "…", "message": "…"}}.
 *
 * @NApiVersion 2.1
 * @NScriptType Restlet
 * @NModuleScope SameAccount
 */
define(['N/encode', 'N/error', 'N/file', 'N/query', 'N/record', 'N/runtime', 'N/search'], (
  encode, error, file, query, record, runtime, search
) => {
  'use strict';

  const VERSION = 1;
  const MAX_ITEMS = 1000;
  const MAX_FILES = 100;
  // An answer may have 10 MB; this leaves room for what is around the contents.
  const MAX_CONTENT = 9 * 1024 * 1024;
  const TABLES = { note: 'note', message: 'message' };
  const OWNERS = { customer: 'entity', invoice: 'transaction' };
  const DIRECTIONS = { incoming: 'Incoming', outgoing: 'Outgoing' };
  const UTC = "'YYYY-MM-DD HH24:MI:SS'";
  const TEXT_TYPES = ['CSV', 'HTMLDOC', 'JAVASCRIPT', 'JSON', 'MESSAGERFC', 'PLAINTEXT', 'POSTSCRIPT', 'RTF', 'SMS',
    'STYLESHEET', 'XMLDOC'];

  const refusal = (name, message) => error.create({ name, message, notifyOff: true });

  const wrong = (parameter, value) =>
    refusal('SSS_INVALID_PARAMETER', `${parameter} can't be ${value === undefined ? 'left out' : JSON.stringify(value)}`);

  const idOf = (parameter, value) => {
    if (!/^\d{1,15}$/.test(String(value))) throw wrong(parameter, value);
    return Number(value);
  };

  const choice = (parameter, value, known) => {
    if (!Object.prototype.hasOwnProperty.call(known, value)) throw wrong(parameter, value);
    return known[value];
  };

  const required = (parameter, value) => {
    if (typeof value !== 'string' || !value.trim()) throw wrong(parameter, value);
    return value;
  };

  /** «2026-11-22 12:00:00» of an ISO instant in UTC, as the queries compare it. */
  const sqlInstant = (parameter, value) => {
    const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(value);
    if (!found) throw wrong(parameter, value);
    return `${found[1]} ${found[2]}`;
  };

  /** NetSuite takes the parts of a Date as they are for a date and for a time of day, whatever the zone. */
  const wallClock = (parameter, value) => {
    const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/.exec(value);
    if (!found) throw wrong(parameter, value);
    const [year, month, day, hour, minute] = found.slice(1).map(Number);
    return new Date(year, month - 1, day, hour, minute);
  };

  const isoInstant = (value) => `${value.replace(' ', 'T')}Z`;

  const limitOf = (value) => {
    const limit = value === undefined ? MAX_ITEMS : idOf('limit', value);
    if (limit < 1 || limit > MAX_ITEMS) throw wrong('limit', value);
    return limit;
  };

  const rows = (sql, params) => query.runSuiteQL({ query: sql, params }).asMappedResults();

  /** The table's name is one of ours; every value goes in as a parameter. */
  const changedQuery = (table, limit) => `
    SELECT id, modified FROM (
      SELECT id, TO_CHAR(SYS_EXTRACT_UTC(lastmodifieddate), ${UTC}) AS modified FROM ${table}
      WHERE SYS_EXTRACT_UTC(lastmodifieddate) > TO_TIMESTAMP(?, ${UTC})
        OR (SYS_EXTRACT_UTC(lastmodifieddate) = TO_TIMESTAMP(?, ${UTC}) AND id > ?)
      ORDER BY SYS_EXTRACT_UTC(lastmodifieddate), id
    ) WHERE ROWNUM <= ${limit + 1}`;

  const changed = (asked) => {
    const table = choice('kind', asked.kind, TABLES);
    const since = sqlInstant('since', asked.since === undefined ? '1970-01-01T00:00:00Z' : asked.since);
    const after = asked.after === undefined ? 0 : idOf('after', asked.after);
    const limit = limitOf(asked.limit);
    const found = rows(changedQuery(table, limit), [since, since, after]);
    const items = found.slice(0, limit).map((row) => ({ id: String(row.id), lastModified: isoInstant(row.modified) }));
    return { items, more: found.length > limit };
  };

  const attachedFiles = (invoiceId) => {
    const ids = [];
    let isInvoice = false;
    search.create({
      type: search.Type.INVOICE,
      filters: [['internalid', 'anyof', invoiceId], 'AND', ['mainline', 'is', 'T']],
      columns: [{ name: 'internalid', join: 'file' }],
    }).run().each((result) => {
      isInvoice = true;
      const id = result.getValue({ name: 'internalid', join: 'file' });
      if (id) ids.push(Number(id));
      return true;
    });
    if (!isInvoice) throw refusal('RCRD_DSNT_EXIST', `There is no invoice ${invoiceId}`);
    return ids.sort((one, other) => one - other);
  };

  const fileRows = (ids) => (ids.length === 0 ? [] : rows(
    `SELECT id, name, filetype, filesize, folder, TO_CHAR(SYS_EXTRACT_UTC(lastmodifieddate), ${UTC}) AS modified
     FROM file WHERE id IN (${ids.map(() => '?').join(', ')}) ORDER BY id`, ids));

  const described = (row) => ({
    id: String(row.id),
    name: row.name,
    type: row.filetype,
    size: Number(row.filesize),
    folder: String(row.folder),
    modified: isoInstant(row.modified),
  });

  /** NetSuite gives binary content in base64 and text as it is. */
  const contentOf = (id) => {
    const loaded = file.load({ id });
    const contents = loaded.getContents();
    if (!TEXT_TYPES.includes(loaded.fileType)) return contents;
    return encode.convert({
      string: contents, inputEncoding: encode.Encoding.UTF_8, outputEncoding: encode.Encoding.BASE_64,
    });
  };

  /** Contents as far as they go into one answer; four characters of base64 stand for three bytes. */
  const withContents = (files) => {
    let room = MAX_CONTENT;
    return files.map((one) => {
      const length = Math.ceil(one.size / 3) * 4;
      if (length > room) return { ...one, content: null };
      room -= length;
      return { ...one, content: contentOf(one.id) };
    });
  };

  const files = (asked) => {
    const attached = attachedFiles(idOf('invoice', asked.invoice));
    const wanted = asked.file === undefined ? attached : attached.filter((id) => id === idOf('file', asked.file));
    const found = fileRows(wanted.slice(0, MAX_FILES)).map(described);
    return { files: asked.content === '1' ? withContents(found) : found };
  };

  const noteWith = (externalId) => {
    const [found] = rows('SELECT id FROM note WHERE externalid = ?', [externalId]);
    return found ? String(found.id) : null;
  };

  const saved = (note, asked, direction) => {
    note.setValue({ fieldId: 'title', value: asked.title });
    note.setValue({ fieldId: 'note', value: asked.text });
    note.setText({ fieldId: 'direction', text: direction });
    return String(note.save());
  };

  const changedNote = (id, asked, direction) =>
    ({ id: saved(record.load({ type: record.Type.NOTE, id }), asked, direction), created: false });

  const writeNote = (asked) => {
    const owner = asked.owner || {};
    const field = choice('owner.type', owner.type, OWNERS);
    const ownerId = idOf('owner.id', owner.id);
    const direction = choice('direction', asked.direction, DIRECTIONS);
    const externalId = required('externalId', asked.externalId);
    required('title', asked.title);
    required('text', asked.text);
    const written = asked.written === undefined ? null : wallClock('written', asked.written);

    const known = noteWith(externalId);
    if (known) return changedNote(known, asked, direction);
    const note = record.create({ type: record.Type.NOTE });
    note.setValue({ fieldId: 'externalid', value: externalId });
    note.setValue({ fieldId: field, value: ownerId });
    if (written) {
      note.setValue({ fieldId: 'notedate', value: written });
      note.setValue({ fieldId: 'time', value: written });
    }
    try {
      return { id: saved(note, asked, direction), created: true };
    } catch (failure) {
      // Another call may have been first with the same external id.
      const first = noteWith(externalId);
      if (!first) throw failure;
      return changedNote(first, asked, direction);
    }
  };

  const version = () => ({ version: VERSION, account: runtime.accountId });

  const act = (known, asked) => choice('action', asked.action, known)(asked);

  return {
    get: (asked) => act({ changed, files, version }, asked),
    post: (asked) => act({ note: writeNote }, asked),
  };
});
