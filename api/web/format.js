/** Dates, links and names as the page shows them. Times are shown in UTC, as they are stored. */

import { el } from "./dom.js";

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

/** "3 May 2024", or null when there is no readable date. */
export function day(time) {
  const date = time ? new Date(time) : null;
  return date && !Number.isNaN(date.getTime()) ? DAY.format(date) : null;
}

/** "3 May 2024, 06:00 UTC", or null. */
export function moment(time) {
  const date = day(time);
  return date && `${date}, ${CLOCK.format(new Date(time))} UTC`;
}

/** "Coast Times, 3 May 2024": who published something and when, as far as it is known. */
export function dateline(item) {
  return [item.publisher, day(item.published_at)].filter(Boolean).join(", ") || "Undated, outlet unknown";
}

/** The same as an element. The outlet's name keeps its own writing direction beside the date. */
export function datelineElement(item) {
  const [outlet, date] = [item.publisher && el("bdi", {}, item.publisher), day(item.published_at)];
  if (!outlet && !date) return el("span", { class: "dateline" }, dateline(item));
  return el("span", { class: "dateline" }, outlet, outlet && date && ", ", date);
}

/** "1 article", "2 articles". */
export function counted(number, noun, plural = `${noun}s`) {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? noun : plural}`;
}

/** "10 December 2019 to 6 November 2025", one day when both are the same, or null when a date is missing. */
export function span(from, to) {
  const [first, last] = [day(from), day(to)];
  if (!first || !last) return null;
  return first === last ? first : `${first} to ${last}`;
}

/** The address as a URL when it leads to the web, else null: nothing but http and https becomes a link. */
export function webAddress(address) {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

/** The address of this server's reader for a place in an article: `/read/{id}?rev=&start=&end=`. */
export function readerAddress(place, collection) {
  const parts = { rev: place.revision, start: place.start, end: place.end, collection };
  return withQuery(`/read/${encodeURIComponent(place.article_id)}`, parts);
}

/** The address of the page that shows what changed between two revisions. */
export const changesAddress = (id, from, to, collection) =>
  withQuery(`/changes/${encodeURIComponent(id)}`, { from, to, collection });

function withQuery(path, parts) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) {
    if (value !== null && value !== undefined) query.set(name, value);
  }
  return query.size ? `${path}?${query}` : path;
}
