/** How the question was read, each kind with a button that asks again without it. */

import { el } from "./dom.js";
import { day } from "./format.js";

const NAMES = { context: "the conversation", publishers: "outlets", published: "times", phrases: "quotations", names: "names", present: "what is newest" };

/**
 * The hints of an answer and those ignored, or null when there are none. `standalone` is the question as it was
 * understood after the conversation, or null. `onIgnore(kind)` asks again without a kind, `onHeed()` asks again with all.
 */
export function hintList(hints, standalone, ignored, { onIgnore, onHeed }) {
  const read = hints ? [...readings(hints)] : [];
  if (standalone) read.unshift(["context", `Understood as “${standalone}”`]);
  if (!read.length && !ignored.size) return null;
  const items = read.map(([kind, words]) =>
    el(
      "li",
      { class: "hint", dir: "auto" },
      el("span", {}, words),
      el(
        "button",
        { type: "button", class: "hint-remove", "aria-label": `Ask again without heeding: ${words}`, onclick: () => onIgnore(kind) },
        "×",
      ),
    ),
  );
  if (ignored.size) {
    const names = [...ignored].map((kind) => NAMES[kind] ?? kind).join(", ");
    items.push(
      el(
        "li",
        { class: "hint" },
        el("span", {}, `Not heeded: ${names}`),
        el("button", { type: "button", class: "quiet-button", onclick: () => onHeed() }, "Heed again"),
      ),
    );
  }
  return el("ul", { class: "hints", "aria-label": "How the question was read" }, ...items);
}

function* readings({ publishers, published, phrases, names, present }) {
  if (publishers?.length) yield ["publishers", `Looking in ${publishers.join(", ")} first`];
  if (published) yield ["published", published.times.map(({ text, from, to }) => `Reading “${text}” as ${span(from, to)}`).join("; ")];
  if (phrases?.length) yield ["phrases", `Preferring the words ${phrases.map((phrase) => `“${phrase}”`).join(", ")}`];
  if (names?.length) yield ["names", `Preferring passages that name ${names.join(", ")}`];
  if (present) yield ["present", "Preferring the newest coverage"];
}

/** "3 May 2024", "1 to 31 May 2024", "until 3 May 2024". */
function span(from, to) {
  const [first, last] = [day(from), day(to)];
  if (!first) return `until ${last}`;
  if (!last) return `since ${first}`;
  return first === last ? first : `${first} to ${last}`;
}
