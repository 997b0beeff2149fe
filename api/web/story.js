/** An article's text as paragraphs, with one exact span marked. The reader of the server makes the same markup. */

import { el } from "./dom.js";
import { sliceCodePoints, toUtf16 } from "./offsets.js";

/**
 * The paragraphs of `body`, one to a line. `place` is `{start, end, quote}` in code points, or null.
 * `marked` is the first mark, or null: a place whose text is not its quote is never marked.
 */
export function storyText(body, place) {
  const span = place && exactSpan(body, place);
  const element = el("div", { class: "story-text" });
  let marked = null;
  let from = 0;
  for (const line of body.split("\n")) {
    if (line.trim()) {
      const paragraph = el("p", { dir: "auto" });
      const mark = span && fill(paragraph, line, span.from - from, span.to - from);
      if (!mark) paragraph.textContent = line;
      marked ??= mark;
      element.append(paragraph);
    }
    from += line.length + 1;
  }
  return { element, marked };
}

/** The span in UTF-16 units when the body holds exactly the quote there, else null. */
function exactSpan(body, place) {
  const text = sliceCodePoints(body, place.start, place.end);
  const isExact = text && (place.quote === undefined || place.quote === null || text === place.quote);
  return isExact ? { from: toUtf16(body, place.start), to: toUtf16(body, place.end) } : null;
}

/** Fill a paragraph with the line, its part `from:to` marked; gives the mark, or null when no part of it is inside. */
function fill(paragraph, line, from, to) {
  const start = Math.max(0, from);
  const end = Math.min(line.length, to);
  if (start >= end || !line.slice(start, end).trim()) return null;
  const mark = el("mark", {}, line.slice(start, end));
  paragraph.append(line.slice(0, start), mark, line.slice(end));
  return mark;
}
