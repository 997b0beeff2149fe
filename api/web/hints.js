/** How the question was read, each kind with a button that asks again without it. */

import { el } from "./dom.js";
import { day, span } from "./format.js";

const NAMES = { context: "the conversation", publishers: "outlets", published: "times", phrases: "quotations", names: "names", present: "what is newest", recency: "how new articles are" };

/** Whether the page knows hints of this kind. */
export const isKind = (kind) => Object.hasOwn(NAMES, kind);

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
  if (published) yield ["published", `Reading ${published.times.map(({ text, from, to }) => `“${text}” as ${days(from, to)}`).join(", ")}`];
  if (phrases?.length) yield ["phrases", `Preferring the words ${phrases.map((phrase) => `“${phrase}”`).join(", ")}`];
  if (names?.length) yield ["names", `Preferring passages that name ${names.join(", ")}`];
  if (present) yield ["present", "Preferring the newest coverage"];
}

/** "3 May 2024", "1 May 2024 to 31 May 2024", "until 2 May 2024" for what ends as 3 May begins. */
function days(from, to) {
  // Both ends are moments: one at the very end or beginning of a day has nothing of that day.
  const [first, last] = [shifted(from, 1), shifted(to, -1)];
  if (!from) return `until ${day(last)}`;
  if (!to) return `since ${day(first)}`;
  return span(first, last);
}

function shifted(time, milliseconds) {
  return time && new Date(Date.parse(time) + milliseconds);
}
