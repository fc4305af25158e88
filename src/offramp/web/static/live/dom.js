// Elements made from parts: texts are always texts, never markup.

const SVG = "http://www.w3.org/2000/svg";

// An element with attributes and children; `on…` attributes are listeners, null ones are left out.
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.setAttribute("class", value);
    else if (name in element && !(element instanceof SVGElement) && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

// A text written by somebody else, which may run from right to left.
export const words = (text) => el("bdi", {}, text);

// JSON of an address; what the server says of an error is the error's message.
export async function ask(address, options = {}) {
  const answer = await fetch(address, { headers: { accept: "application/json" }, ...options });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const error = new Error(told.error ? sentence(told.error) : `The server answered ${answer.status}.`);
    error.status = answer.status;
    error.superseded = Boolean(told.superseded);
    throw error;
  }
  return told;
}

function sentence(error) {
  const parts = [error.found, error.expected && `expected: ${error.expected}`, error.repair && `what would help: ${error.repair}`];
  return parts.filter(Boolean).join("; ");
}

// A number with few digits, a proper minus and no exponent where that can be read.
export function figure(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "not known";
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

// A name of a file as part of an address.
export const part = (name) => name.split("/").map(encodeURIComponent).join("/");
