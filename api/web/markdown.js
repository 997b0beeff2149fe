/** An answer with its citations as Markdown, for copying. */

import { dateline, day, readerAddress, webAddress } from "./format.js";
import { collection } from "./server.js";

/** The question, the answer with its [n] markers, and the numbered sources with quote, outlet, date and links. */
export function asMarkdown(answer, asOf) {
  const lines = [`**${escaped(answer.question)}**`, ""];
  if (asOf) lines.push(`As of ${day(asOf)}.`, "");
  if (answer.status === "abstained") lines.push(`No answer: ${escaped(answer.reason?.message ?? "")}`);
  else lines.push(withMarkers(answer.answer), "", ...answer.citations.map(source));
  return `${lines.join("\n")}\n`;
}

function source(citation) {
  const passage = new URL(readerAddress(citation, collection), location.origin);
  const url = webAddress(citation.source_url);
  const title = escaped(citation.title || citation.article_id);
  const linked = url ? `[${title}](<${url.href}>)` : title;
  return `${citation.n}. “${escaped(citation.quote)}” (${escaped(dateline(citation))}: ${linked}; [passage](<${passage.href}>))`;
}

// Article text must not become Markdown of its own: no images, links or markup that the quote only looks like.
const escaped = (text) => text.replace(/\s+/g, " ").replace(/[\\`*_<>[\]#|~]/g, "\\$&");

const withMarkers = (text) => text.replace(/\[\d+\]|[\\`*_<>[\]#|~]/g, (found) => (found.length > 1 ? found : `\\${found}`));
