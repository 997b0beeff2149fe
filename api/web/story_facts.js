/** What is said around an article: outlet, times, revision, links, its other wordings and who else carries it. */

import { el } from "./dom.js";
import { changesAddress, datelineElement, moment, readerAddress, webAddress } from "./format.js";
import * as server from "./server.js";

/** The nodes above an article's text, with `heading` among them. */
export function storyHead(article, heading) {
  const isUpdated = article.updated_at && article.updated_at !== article.published_at;
  const authors = (article.authors ?? []).join(", ");
  const revision = [`Revision ${article.revision}`, article.is_current === false && "an earlier wording, changed since"];
  return [
    datelineElement(article),
    heading,
    el(
      "p",
      { class: "story-byline" },
      authors && el("span", { dir: "auto" }, authors),
      stamped("", article.published_at),
      isUpdated && stamped("Updated ", article.updated_at),
      el("span", {}, revision.filter(Boolean).join(", ")),
    ),
  ];
}

const stamped = (label, time) => moment(time) && el("time", { datetime: time }, `${label}${moment(time)}`);

/** Links to the source, to the article as a page, and to what changed. */
export function storyLinks(article, place) {
  const source = webAddress(article.url);
  const away = { target: "_blank", rel: "noopener noreferrer" };
  return el(
    "p",
    { class: "story-links" },
    source && el("a", { href: source.href, ...away }, `Source: ${source.hostname}`),
    el("a", { href: readerAddress(place, server.collection), ...away }, "Open as a page"),
    changedInto(article, away),
  );
}

/** What changed into this wording, or after it when it is the first; null when there is only one. */
function changedInto({ id, revision, revisions }, away) {
  const earlier = revisions.filter((number) => number < revision).at(-1);
  const later = revisions.find((number) => number > revision);
  if (earlier === undefined && later === undefined) return null;
  const [from, to] = earlier === undefined ? [revision, later] : [earlier, revision];
  return el("a", { href: changesAddress(id, from, to, server.collection), ...away }, "What changed");
}

/** Below an article: its other wordings, and who else carries the text; the latter are asked for. */
export function storyFoot(article, onRevision) {
  const foot = el("div", { class: "story-foot" });
  if (article.revisions.length > 1) foot.append(wordings(article, onRevision));
  if (article.cluster.articles > 1) {
    server.copies(article.id).then((all) => foot.append(copies(all.filter(({ article_id }) => article_id !== article.id)))).catch(() => {});
  }
  return foot;
}

function wordings({ revision, revisions }, onRevision) {
  const items = revisions.map((number) =>
    number === revision
      ? el("li", { "aria-current": "true" }, `Revision ${number}`)
      : el("li", {}, el("button", { type: "button", class: "link-button", onclick: () => onRevision(number) }, `Revision ${number}`)),
  );
  return el("section", { class: "below" }, el("h3", { class: "section-title" }, "All wordings stored here"), el("ul", { class: "wordings" }, ...items));
}

function copies(others) {
  const items = others.map((copy) =>
    el(
      "li",
      {},
      datelineElement(copy),
      el("a", { href: readerAddress({ article_id: copy.article_id }, server.collection), target: "_blank", rel: "noopener noreferrer", dir: "auto" }, copy.title),
    ),
  );
  return el(
    "section",
    { class: "below" },
    el("h3", { class: "section-title" }, "The same text elsewhere"),
    el("p", {}, "All of these count as one source."),
    el("ul", {}, ...items),
  );
}

