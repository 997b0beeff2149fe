/** A link that asks the same question again with the same settings. */

import { isKind } from "./hints.js";
import { collection } from "./server.js";
import { scopeFrom, toParameters, unreadableDays } from "./scope.js";

const LABELS = { as_of: "as of", published_from: "published from", published_to: "published to", ignore: "to ignore" };
// More of what cannot be read is no help.
const SHOWN = 40;

/** The address for a question that stands alone, its scope and the kinds of hints it ignores. */
export function shareAddress(question, scope, ignored) {
  const parameters = toParameters(scope);
  parameters.set("q", question);
  for (const kind of ignored) if (kind !== "context") parameters.append("ignore", kind);
  if (collection) parameters.set("collection", collection);
  return `${location.origin}/?${parameters}`;
}

/**
 * The question that this page's address asks, as `{question, scope, ignored, remark}`, or null. `remark` is a sentence
 * that says what of the address cannot be read, or null.
 */
export function sharedQuestion() {
  const parameters = new URLSearchParams(location.search);
  const question = (parameters.get("q") ?? "").trim();
  if (!question) return null;
  const kinds = parameters.getAll("ignore");
  const unreadable = [...unreadableDays(parameters), ...kinds.filter((kind) => !isKind(kind)).map((kind) => ["ignore", kind])];
  return { question, scope: scopeFrom(parameters), ignored: kinds.filter(isKind), remark: remarkOn(unreadable) };
}

function remarkOn(unreadable) {
  if (!unreadable.length) return null;
  const texts = unreadable.map(([name, text]) => `${LABELS[name]} “${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}”`);
  return `The link says ${texts.join(" and ")}, which cannot be read and ${texts.length === 1 ? "was" : "were"} left out.`;
}

/** Take the question out of the address, so that a reload does not ask it again. */
export function clearAddress() {
  history.replaceState(null, "", collection ? `/?${new URLSearchParams({ collection })}` : "/");
}
