/** A link that asks the same question again with the same settings. */

import { collection } from "./server.js";
import { scopeFrom, toParameters } from "./scope.js";

/** The address for a question that stands alone, its scope and the kinds of hints it ignores. */
export function shareAddress(question, scope, ignored) {
  const parameters = toParameters(scope);
  parameters.set("q", question);
  for (const kind of ignored) if (kind !== "context") parameters.append("ignore", kind);
  if (collection) parameters.set("collection", collection);
  return `${location.origin}/?${parameters}`;
}

/** The question that this page's address asks, as `{question, scope, ignored}`, or null. */
export function sharedQuestion() {
  const parameters = new URLSearchParams(location.search);
  const question = (parameters.get("q") ?? "").trim();
  return question ? { question, scope: scopeFrom(parameters), ignored: parameters.getAll("ignore") } : null;
}

/** Take the question out of the address, so that a reload does not ask it again. */
export function clearAddress() {
  history.replaceState(null, "", collection ? `/?${new URLSearchParams({ collection })}` : "/");
}
