/** The card with the filters of a question: outlets, dates, language, and how unsupported sentences are treated. */

import { byId, el } from "./dom.js";
import { filterCount, languageName } from "./scope.js";
import * as server from "./server.js";

// With more outlets than this, a box narrows the list.
const MANY = 10;

/** Reads and writes the filters of a scope; `onChange()` is told of every change. */
export class Filters {
  #outlets = byId("filter-outlets");
  #onChange;
  #chosen = new Set();

  constructor(onChange) {
    this.#onChange = onChange;
    for (const id of ["filter-from", "filter-to", "filter-language", "filter-policy"]) {
      byId(id).addEventListener("change", () => this.#changed());
    }
    byId("filter-clear").addEventListener("click", () => {
      this.value = { publishers: [], language: null, from: null, to: null, policy: null };
    });
    byId("filter-find").addEventListener("input", (event) => this.#narrow(event.target.value));
    byId("filter-collection").addEventListener("change", (event) => {
      const { value } = event.target;
      location.assign(value === "default" ? "/" : `/?${new URLSearchParams({ collection: value })}`);
    });
    this.#fill();
  }

  get value() {
    return {
      publishers: [...this.#chosen],
      language: byId("filter-language").value || null,
      from: byId("filter-from").value || null,
      to: byId("filter-to").value || null,
      policy: byId("filter-policy").value || null,
    };
  }

  set value({ publishers, language, from, to, policy }) {
    this.#chosen = new Set(publishers);
    for (const publisher of publishers) this.#addOutlet(publisher, null);
    for (const box of this.#outlets.querySelectorAll("input")) box.checked = this.#chosen.has(box.value);
    if (language) addOption(byId("filter-language"), language, languageName(language));
    byId("filter-language").value = language ?? "";
    byId("filter-from").value = from ?? "";
    byId("filter-to").value = to ?? "";
    byId("filter-policy").value = policy ?? "";
    this.#showLanguages();
    this.#changed();
  }

  #changed() {
    const count = filterCount(this.value);
    byId("filters-value").textContent = count ? `Filters (${count})` : "Filters";
    byId("filters").classList.toggle("is-set", count > 0);
    byId("filter-clear").disabled = count === 0;
    this.#onChange();
  }

  async #fill() {
    const facets = await server.facets();
    if (!facets) return;
    for (const { name, articles } of facets.publishers) this.#addOutlet(name, articles);
    byId("filter-outlets-field").hidden = !this.#outlets.childElementCount;
    byId("filter-find").hidden = facets.publishers.length <= MANY;
    for (const { name } of facets.languages) addOption(byId("filter-language"), name, languageName(name));
    this.#showLanguages();
    for (const { name, articles } of facets.collections) addOption(byId("filter-collection"), name, `${name} (${articles})`);
    byId("filter-collection-field").hidden = facets.collections.length < 2;
    byId("filter-collection").value = facets.collection;
  }

  /** A single language is no choice, but one that is chosen can be taken back. */
  #showLanguages() {
    const list = byId("filter-language");
    byId("filter-language-field").hidden = list.options.length < 3 && !list.value;
  }

  /** List an outlet; one that a link named before its articles were counted takes its place among the others. */
  #addOutlet(name, articles) {
    const listed = [...this.#outlets.querySelectorAll("input")].find((box) => box.value === name);
    if (listed && articles === null) return;
    listed?.closest("label").remove();
    const box = el("input", { type: "checkbox", value: name });
    box.checked = this.#chosen.has(name);
    box.addEventListener("change", () => {
      if (box.checked) this.#chosen.add(name);
      else this.#chosen.delete(name);
      this.#changed();
    });
    const count = articles !== null && el("span", { class: "filter-count" }, String(articles));
    this.#outlets.append(el("label", { class: "filter-outlet" }, box, el("bdi", {}, name), count));
  }

  #narrow(words) {
    const wanted = words.trim().toLocaleLowerCase();
    for (const label of this.#outlets.children) {
      label.hidden = !label.querySelector("bdi").textContent.toLocaleLowerCase().includes(wanted);
    }
  }
}

function addOption(select, value, label) {
  if (![...select.options].some((option) => option.value === value)) select.append(el("option", { value }, label));
}
