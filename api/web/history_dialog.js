/** The list of earlier conversations: open one, delete one, delete all. */

import { conversations, forget, forgetAll } from "./conversations.js";
import { byId, el } from "./dom.js";
import { counted, day } from "./format.js";

/** `onOpen(conversation)` shows one again; `onForget(id)` is told what was deleted, with null for everything. */
export class HistoryDialog {
  #dialog = byId("history");
  #list = byId("history-list");
  #onOpen;
  #onForget;

  constructor({ onOpen, onForget }) {
    this.#onOpen = onOpen;
    this.#onForget = onForget;
    byId("open-history").addEventListener("click", () => this.open());
    byId("history-close").addEventListener("click", () => this.#dialog.close());
    byId("history-clear").addEventListener("click", () => this.#clear());
    // A click beside the dialog closes it.
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
  }

  open() {
    this.#fill();
    this.#say("");
    this.#dialog.showModal();
  }

  #fill() {
    const found = conversations();
    this.#list.replaceChildren(...found.map((conversation) => this.#item(conversation)));
    byId("history-empty").hidden = found.length > 0;
    const clear = byId("history-clear");
    clear.hidden = found.length === 0;
    clear.classList.remove("is-sure");
    clear.textContent = "Delete all";
  }

  #item(conversation) {
    const { id, title, changed, turns } = conversation;
    const open = el(
      "button",
      { type: "button", class: "history-open", dir: "auto" },
      el("span", { class: "history-title" }, title),
      el("span", { class: "history-facts" }, `${day(changed)} · ${counted(turns.length, "question")}`),
    );
    open.addEventListener("click", () => {
      this.#dialog.close();
      this.#onOpen(conversation);
    });
    const remove = el("button", { type: "button", class: "quiet-button", "aria-label": `Delete: ${title}` }, "Delete");
    remove.addEventListener("click", () => this.#remove(id, remove));
    return el("li", { class: "history-item" }, open, remove);
  }

  /** What lies outside an open dialog is not read out. */
  #say(text) {
    byId("history-said").textContent = text;
  }

  #remove(id, button) {
    const items = [...this.#list.children];
    const at = items.indexOf(button.closest("li"));
    forget(id);
    this.#onForget(id);
    this.#fill();
    this.#say("Deleted.");
    // The focus stays where the deleted one was.
    const next = this.#list.children[Math.min(at, this.#list.children.length - 1)];
    (next?.querySelector(".quiet-button") ?? byId("history-close")).focus();
  }

  /** Asks once more, in the button itself. */
  #clear() {
    const clear = byId("history-clear");
    if (!clear.classList.contains("is-sure")) {
      clear.classList.add("is-sure");
      clear.textContent = `Delete all ${this.#list.children.length} for good?`;
      return;
    }
    forgetAll();
    this.#onForget(null);
    this.#fill();
    this.#say("All conversations are deleted.");
    byId("history-close").focus();
  }
}
