/** The few words of a statement that answer, made to stand out. */

import { el } from "./dom.js";
import { toUtf16 } from "./offsets.js";

/**
 * Wrap what stands at `start:end` of `element`'s text, in code points. It may lie in several nodes, because markers keep
 * the word before them together with their buttons; each piece is wrapped by itself.
 */
export function emphasise(element, start, end) {
  const text = element.textContent;
  const [from, to] = [toUtf16(text, start), toUtf16(text, end)];
  if (from < 0 || to <= from) return;
  const nodes = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) nodes.push(walker.currentNode);
  let at = 0;
  for (const node of nodes) {
    const [first, last] = [Math.max(from - at, 0), Math.min(to - at, node.length)];
    at += node.length;
    if (first >= last) continue;
    const piece = node.splitText(first);
    piece.splitText(last - first);
    const strong = el("strong", { class: "short-answer" });
    piece.replaceWith(strong);
    strong.append(piece);
  }
}
