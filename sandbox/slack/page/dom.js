// Builds DOM nodes. Text only ever becomes a text node, so nothing that came over the wire is parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "tabIndex", "hidden", "htmlFor", "selected", "readOnly"]);

/** An element: `on` holds listeners, `data` the data-* attributes, `css` inline styles, the rest are attributes. */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) assign(node, name, value);
  node.append(...present(children));
  return node;
}

/** An SVG element with plain attributes. */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
  node.append(...present(children));
  return node;
}

/** Make `parent` hold exactly `nodes` in this order, moving as little as possible so that focus and scroll survive. */
export function reconcile(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let cursor = parent.firstChild;
  for (const node of nodes) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
}

/** A cache of nodes by key: `keep(key, signature, build)` builds again only when the signature has changed. */
export function keeper() {
  const kept = new Map();
  return (key, signature, build) => {
    if (kept.get(key)?.signature !== signature) kept.set(key, { signature, node: build() });
    return kept.get(key).node;
  };
}

function assign(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") return listen(node, value);
  if (name === "data") return void Object.assign(node.dataset, defined(value));
  if (name === "css") return void Object.entries(value).forEach(([key, item]) => node.style.setProperty(key, item));
  if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

function listen(node, listeners) {
  for (const [event, handler] of Object.entries(listeners)) if (handler) node.addEventListener(event, handler);
}

function defined(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}
