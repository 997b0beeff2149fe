/** An answer with its citations as Markdown or as plain text, for copying. */

import { dateline, readerAddress, webAddress } from "./format.js";
import { inWords } from "./scope.js";
import { collection } from "./server.js";

/** The question, the answer with its [n] markers, and the numbered sources with quote, outlet, date and links. */
export function asMarkdown(answer, scope) {
  const lines = [`**${escaped(answer.question)}**`, "", ...scopeLines(scope, escaped)];
  if (answer.status === "abstained") lines.push(`No answer: ${escaped(answer.reason.message)}`);
  else lines.push(withMarkers(answer.answer), "", ...answer.citations.map(markdownSource));
  return `${lines.join("\n")}\n`;
}

/** The same without any markup. */
export function asText(answer, scope) {
  const lines = [answer.question, "", ...scopeLines(scope, (text) => text)];
  if (answer.status === "abstained") lines.push(`No answer: ${answer.reason.message}`);
  else lines.push(answer.answer, "", ...answer.citations.map(plainSource));
  return `${lines.join("\n")}\n`;
}

const scopeLines = (scope, form) => (inWords(scope).length ? [form(`${inWords(scope).join(". ")}.`), ""] : []);

function markdownSource(citation) {
  const url = webAddress(citation.source_url);
  const title = escaped(citation.title || citation.article_id);
  const linked = url ? `[${title}](<${url.href}>)` : title;
  return `${citation.n}. “${escaped(citation.quote)}” (${escaped(dateline(citation))}: ${linked}; [passage](<${passage(citation)}>))`;
}

function plainSource(citation) {
  const url = webAddress(citation.source_url);
  const title = citation.title || citation.article_id;
  const lines = [`[${citation.n}] ${dateline(citation)}: ${title}`, `    “${citation.quote.replace(/\s+/g, " ")}”`];
  if (url) lines.push(`    ${url.href}`);
  return [...lines, `    ${passage(citation)}`].join("\n");
}

const passage = (citation) => new URL(readerAddress(citation, collection), location.origin).href;

// Article text must not become Markdown of its own: no images, links or markup that the quote only looks like.
const escaped = (text) => text.replace(/\s+/g, " ").replace(/[\\`*_<>[\]#|~]/g, "\\$&");

const withMarkers = (text) => text.replace(/\[\d+\]|[\\`*_<>[\]#|~]/g, (found) => (found.length > 1 ? found : `\\${found}`));
