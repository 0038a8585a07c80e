// `table` and `data_table` blocks: rows of raw_text, raw_number and rich_text cells; the first row is the header.

import { iconButton } from "./controls.js";
import { h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { richText } from "./richtext.js";

/** A `table` block; column_settings give alignment and wrapping. */
export function table(block, directory) {
  const [head, ...body] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const row = (cells, tag) =>
    h(
      "tr",
      null,
      cells.map((cell, index) => h(tag, cellProps(tag, settings[index]), cellContent(cell, directory))),
    );
  return h(
    "div",
    { class: "table-scroll", tabIndex: 0, role: "region", "aria-label": "Table" },
    h(
      "table",
      { class: "table" },
      h("thead", null, head && row(head, "th")),
      h(
        "tbody",
        null,
        body.map((cells) => row(cells, "td")),
      ),
    ),
  );
}

/** A `data_table` block: columns sort on a click, and the rows come in pages. */
export function dataTable(block, directory) {
  const [head = [], ...body] = block.rows ?? [];
  const view = { page: 0, size: block.page_size ?? 5, column: null, falling: false };
  const numeric = head.map((_, column) => body.every((cells) => cells[column]?.type === "raw_number"));
  const headers = head.map((cell, column) => sortHeader(cell, numeric[column], directory, () => sortBy(column)));
  const rows = h("tbody");
  const pager = h("div", { class: "pager" });

  function sortBy(column) {
    view.falling = view.column === column && !view.falling;
    Object.assign(view, { column, page: 0 });
    draw();
  }

  function draw() {
    const shown = sorted(body, view).slice(view.page * view.size, (view.page + 1) * view.size);
    headers.forEach((header, column) => header.setAttribute("aria-sort", sortState(view, column)));
    reconcile(
      rows,
      shown.map((cells) => bodyRow(cells, numeric, block.row_header_column_index ?? 0, directory)),
    );
    reconcile(pager, pagerParts(body.length, view, draw));
  }

  draw();
  return h(
    "figure",
    { class: "data-table" },
    h(
      "div",
      { class: "table-scroll", tabIndex: 0, role: "region", "aria-label": block.caption ?? "Table" },
      h(
        "table",
        { class: "table" },
        h("caption", null, block.caption ?? ""),
        h("thead", null, h("tr", null, headers)),
        rows,
      ),
    ),
    pager,
  );
}

function cellProps(tag, setting) {
  const wrap = setting?.is_wrapped ? "cell-wrap" : "cell-nowrap";
  return { class: wrap, scope: tag === "th" ? "col" : null, css: { "text-align": setting?.align ?? "left" } };
}

function cellContent(cell, directory) {
  if (cell?.type === "rich_text") return richText(cell, directory);
  return cell?.text ?? String(cell?.value ?? "");
}

function sortHeader(cell, numeric, directory, onSort) {
  const label = h(
    "button",
    { class: "sort", type: "button", on: { click: onSort } },
    cellContent(cell, directory),
    icon("updown", 13),
  );
  return h("th", { scope: "col", class: "cell-nowrap", css: { "text-align": numeric ? "right" : "left" } }, label);
}

function bodyRow(cells, numeric, headerColumn, directory) {
  const cell = (item, column) => {
    const props = {
      class: "cell-nowrap",
      scope: column === headerColumn ? "row" : null,
      css: { "text-align": numeric[column] ? "right" : "left" },
    };
    return h(column === headerColumn ? "th" : "td", props, cellContent(item, directory));
  };
  return h("tr", null, cells.map(cell));
}

function sortState(view, column) {
  if (view.column !== column) return "none";
  return view.falling ? "descending" : "ascending";
}

function sorted(body, view) {
  if (view.column === null) return body;
  const rising = [...body].sort((a, b) => compare(a[view.column], b[view.column]));
  return view.falling ? rising.reverse() : rising;
}

function compare(a, b) {
  if (a?.type === "raw_number" && b?.type === "raw_number") return a.value - b.value;
  return String(a?.text ?? "").localeCompare(String(b?.text ?? ""), undefined, { numeric: true });
}

function pagerParts(total, view, draw) {
  const pages = Math.ceil(total / view.size);
  if (pages < 2) return [];
  const turn = (step, name, label) => {
    const disabled = view.page + step < 0 || view.page + step >= pages;
    return iconButton(name, label, {
      click: () => {
        view.page += step;
        draw();
      },
      size: 16,
      disabled,
    });
  };
  const first = view.page * view.size + 1;
  const last = Math.min(total, first + view.size - 1);
  return [
    h("span", null, `${first}–${last} of ${total}`),
    turn(-1, "left", "Previous page"),
    turn(1, "right", "Next page"),
  ];
}
