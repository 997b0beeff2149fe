/** The chat page: wires the parts together and holds the conversation, in memory only. */

import { Composer } from "./composer.js";
import { byId } from "./dom.js";
import { fillLibrary } from "./library.js";
import { Panel } from "./panel.js";
import { Preview } from "./preview.js";
import * as server from "./server.js";
import { Turn } from "./turn.js";

const panel = new Panel();
const preview = new Preview();
const composer = new Composer({ onAsk: ask, onStop: () => running?.abort() });
let running = null;

function ask(question, asOf) {
  const turn = new Turn(question, asOf, { panel, preview, onRetry: () => running || answer(turn, question, asOf) });
  document.body.classList.remove("is-empty");
  byId("new-conversation").hidden = false;
  byId("conversation").append(turn.element);
  answer(turn, question, asOf);
  turn.element.scrollIntoView({ block: "start" });
}

async function answer(turn, question, asOf) {
  const controller = new AbortController();
  running = controller;
  composer.busy = true;
  turn.begin();
  try {
    for await (const event of server.ask(question, asOf, turn.ignored, controller.signal)) {
      if (running !== controller) return;
      turn.take(event);
    }
  } catch (error) {
    if (running !== controller) return;
    if (error.name === "AbortError") turn.stop();
    else turn.fail(error instanceof server.Failure ? error : unshowable(error));
  }
  running = null;
  composer.busy = false;
}

function unshowable(error) {
  console.error(error);
  return new server.Failure("This page could not show the answer. Try again.");
}

function startOver() {
  running?.abort();
  running = null;
  composer.busy = false;
  panel.close();
  byId("conversation").replaceChildren();
  document.body.classList.add("is-empty");
  byId("new-conversation").hidden = true;
  composer.focus();
}

/** Escape closes what lies on top, one thing at a time. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (preview.isOpen) preview.hide();
  else if (!composer.closeDate()) panel.close();
});

byId("new-conversation").addEventListener("click", startOver);
fillLibrary({
  onAsk: (question) => running || ask(question, composer.asOf),
  onOpen: (places, at, opener) => panel.open(places, at, opener),
});
if (matchMedia("(hover: hover)").matches) composer.focus();
