/** What a question is asked with besides its words: the day, filters, and what becomes of unsupported sentences. */

import { day } from "./format.js";

/** Everything stored, as it is today. Scopes are never changed; others are made with `{...scope, from: ...}`. */
export const EVERYTHING = Object.freeze({ asOf: null, publishers: [], language: null, from: null, to: null, policy: null });

const DAYS = ["as_of", "published_from", "published_to"];
const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

/** "French" for "fr"; the code itself where no name is known. */
export function languageName(code) {
  try {
    return LANGUAGES.of(code);
  } catch {
    return code;
  }
}

/** The scope that an address names; days that cannot be read (`unreadableDays`) are left out. */
export function scopeFrom(parameters) {
  const date = (name) => (isDay(parameters.get(name)) ? parameters.get(name) : null);
  return {
    asOf: date("as_of"),
    publishers: parameters.getAll("publisher").filter(Boolean),
    language: parameters.get("language") || null,
    from: date("published_from"),
    to: date("published_to"),
    policy: parameters.get("policy") === "mark" ? "mark" : null,
  };
}

/** The days of an address that are none, as `[name, text]`. */
export const unreadableDays = (parameters) =>
  DAYS.map((name) => [name, parameters.get(name)]).filter(([, text]) => text && !isDay(text));

/** "2025-12-01", in the calendar. */
function isDay(text) {
  const date = new Date(`${text}T00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${text}T`);
}

/** The scope as parameters of an address. */
export function toParameters({ asOf, publishers, language, from, to, policy }) {
  const parameters = new URLSearchParams();
  const single = { as_of: asOf, language, published_from: from, published_to: to, policy };
  for (const [name, value] of Object.entries(single)) if (value) parameters.set(name, value);
  for (const publisher of publishers) parameters.append("publisher", publisher);
  return parameters;
}

/** The members of a request to `/v1/ask` that the scope stands for. */
export function toRequest({ asOf, publishers, language, from, to, policy }) {
  const filters = {};
  if (publishers.length) filters.publishers = publishers;
  if (language) filters.languages = [language];
  if (from) filters.published_from = from;
  if (to) filters.published_to = to;
  return {
    ...(asOf && { as_of: asOf }),
    ...(policy && { policy }),
    ...(Object.keys(filters).length && { filters }),
  };
}

/** How many kinds of filters are set. */
export const filterCount = ({ publishers, language, from, to, policy }) =>
  [publishers.length, language, from || to, policy].filter(Boolean).length;

/** The same without filters, on the same day. */
export const unfiltered = (scope) => ({ ...EVERYTHING, asOf: scope.asOf });

/** What the scope narrows, each as a few words. */
export function inWords({ asOf, publishers, language, from, to, policy }) {
  const words = [];
  if (asOf) words.push(`As of ${day(asOf)}`);
  if (publishers.length) words.push(`Only ${publishers.join(", ")}`);
  if (language) words.push(`Only in ${languageName(language)}`);
  if (from && to) words.push(`Published ${day(from)} to ${day(to)}`);
  else if (from) words.push(`Published since ${day(from)}`);
  else if (to) words.push(`Published until ${day(to)}`);
  if (policy === "mark") words.push("Unsupported sentences are shown and marked");
  return words;
}
