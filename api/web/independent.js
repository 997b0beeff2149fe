/** How many sources say something on their own. */

/** Articles of one outlet, and copies of one text, count once. The server counts the sources of a statement alike. */
export function independentSources(citations) {
  let sources = [];
  for (const citation of citations) {
    const names = new Set([citation, ...(citation.copies ?? [])].flatMap(({ article_id, publisher }) => [article_id, publisher || article_id]));
    const overlaps = (known) => [...known].some((name) => names.has(name));
    const joined = sources.filter(overlaps).flatMap((known) => [...known]);
    sources = [...sources.filter((known) => !overlaps(known)), new Set([...names, ...joined])];
  }
  return sources.length;
}
