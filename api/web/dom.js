/** Small helpers for the document. Text from outside only ever becomes a text node. */

/**
 * Make an element. Attributes come from our own code; a name that starts with "on" takes a listener.
 * Null, undefined and false attributes and children are left out.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The element with this id, which the page is known to have. */
export const byId = (id) => document.getElementById(id);

/** Say something to screen readers once they have finished what they are saying. */
export function announce(text) {
  const log = byId("announcer");
  log.append(el("p", {}, text));
  while (log.childElementCount > 12) log.firstElementChild.remove();
}
