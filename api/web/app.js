/** The chat page: wires the parts together and holds the conversation. */

import { Composer } from "./composer.js";
import { watchConnection } from "./connection.js";
import * as kept from "./conversations.js";
import { byId } from "./dom.js";
import { HistoryDialog } from "./history_dialog.js";
import { fillLibrary } from "./library.js";
import { Panel } from "./panel.js";
import { Preview } from "./preview.js";
import { isTooLong } from "./question_length.js";
import { toRequest } from "./scope.js";
import * as server from "./server.js";
import { clearAddress, sharedQuestion } from "./share.js";
import { Turn } from "./turn.js";

// The server reads a few turns back; more would only make requests larger.
const HISTORY = 10;
const LONGEST = 20_000;

const panel = new Panel();
const preview = new Preview();
const composer = new Composer({ onAsk: ask, onStop: () => running?.abort() });
new HistoryDialog({ onOpen: show, onForget: (id) => (id === null || id === conversation.id) && startOver() });
let conversation = kept.newConversation();
let shown = [];
let running = null;

/** Ask in a new turn, which is given back; what is asked next goes by the same scope. */
function ask(question, scope, ignored = []) {
  if (running) return null;
  composer.scope = scope;
  const turn = addTurn({ question, scope, ignored });
  answer(turn);
  turn.element.scrollIntoView({ block: "start" });
  // What was pressed may be gone with the empty page.
  if (document.activeElement === document.body || !document.activeElement?.checkVisibility()) {
    if (matchMedia("(hover: hover)").matches) composer.focus();
    else turn.focus();
  }
  return turn;
}

function addTurn(asked) {
  const turn = new Turn(asked, { panel, preview, onRetry: () => running || answer(turn), onAsk: ask });
  shown.push(turn);
  document.body.classList.remove("is-empty");
  document.title = `${shown[0].question} - Dateline`;
  byId("new-conversation").hidden = false;
  byId("question").placeholder = "Ask a follow-up";
  byId("conversation").append(turn.element);
  return turn;
}

async function answer(turn) {
  const controller = new AbortController();
  running = controller;
  composer.busy = true;
  turn.begin();
  const ignored = [...turn.ignored].filter((kind) => kind !== "context");
  const history = turn.ignored.has("context") ? [] : historyBefore(turn);
  const request = { question: turn.question, ...toRequest(turn.scope), ignore_hints: ignored, history };
  try {
    for await (const event of server.ask(request, controller.signal)) {
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
  remember();
}

/** The answered turns before this one, each question as it was understood. */
function historyBefore(turn) {
  const before = shown.slice(0, shown.indexOf(turn)).filter((one) => one.answer).slice(-HISTORY);
  return before.flatMap((one) => [
    { role: "user", content: one.answer.standalone_question.slice(0, LONGEST) },
    { role: "assistant", content: one.answer.answer.slice(0, LONGEST) },
  ]);
}

function unshowable(error) {
  console.error(error);
  return new server.Failure("This page could not show the answer. Try again.");
}

function remember() {
  conversation.turns = shown.map(({ question, scope, ignored, answer }) => ({ question, scope, ignored: [...ignored], answer }));
  kept.keep(conversation);
}

/** Show an earlier conversation again; one that another version kept in a way not known here is let go. */
function show(earlier) {
  startOver();
  try {
    for (const { question, scope, ignored, answer } of earlier.turns) addTurn({ question, scope, ignored }).restore(answer);
    if (shown.length) composer.scope = shown.at(-1).scope;
  } catch (error) {
    console.warn("A kept conversation cannot be read.", error);
    kept.forget(earlier.id);
    startOver();
    return;
  }
  conversation = earlier;
  kept.keep(conversation);
  shown.at(-1)?.element.scrollIntoView({ block: "start" });
}

function startOver() {
  running?.abort();
  running = null;
  composer.busy = false;
  panel.close();
  kept.leaveConversation();
  conversation = kept.newConversation();
  shown = [];
  byId("conversation").replaceChildren();
  document.body.classList.add("is-empty");
  document.title = "Dateline";
  byId("new-conversation").hidden = true;
  byId("question").placeholder = "Ask about the news";
  composer.focus();
}

function askShared({ question, scope, ignored, remark }) {
  if (isTooLong(question)) {
    composer.scope = scope;
    composer.write(question);
    return;
  }
  const turn = ask(question, scope, ignored);
  if (remark) turn.remark(remark);
}

/** Begin with the question in the address, else with what this tab showed before. */
function begin() {
  const shared = sharedQuestion();
  const before = kept.currentConversation();
  if (shared) {
    clearAddress();
    askShared(shared);
  } else if (before) {
    show(before);
  }
}

/** Escape closes what lies on top, one thing at a time. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || byId("history").open) return;
  if (preview.isOpen) preview.hide();
  else if (!composer.closeCard()) panel.close();
});

byId("new-conversation").addEventListener("click", startOver);
if (server.collection) {
  byId("articles-link").href = `/articles?${new URLSearchParams({ collection: server.collection })}`;
  byId("home-link").href = `/?${new URLSearchParams({ collection: server.collection })}`;
}
byId("home-link").addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  startOver();
});
fillLibrary({
  onAsk: (question) => ask(question, composer.scope),
  onOpen: (places, at, opener) => panel.open(places, at, opener),
});
watchConnection();
if (matchMedia("(hover: hover)").matches) composer.focus();
begin();
