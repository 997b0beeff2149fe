/** Conversations, kept in this browser only. */

import { collection } from "./server.js";

const PREFIX = `dateline.conversation.${collection ?? "default"}.`;
const CURRENT = `dateline.current.${collection ?? "default"}`;
const FORMAT = 1;

/**
 * A conversation is `{id, title, changed, turns}`; a turn is `{question, scope, ignored, answer}`, where `answer` is what
 * `/v1/ask` gave, or null when it was stopped or failed.
 */
export const newConversation = () => ({ id: crypto.randomUUID?.() ?? String(Date.now()), format: FORMAT, title: "", changed: "", turns: [] });

/** All conversations, the latest first. */
export function conversations() {
  return storedKeys().map((key) => read(key)).filter(Boolean).sort((a, b) => (a.changed < b.changed ? 1 : -1));
}

/** Keep a conversation; when the browser has no room left, the oldest ones go. Gives whether it is kept. */
export function keep(conversation) {
  conversation.changed = new Date().toISOString();
  conversation.title ||= conversation.turns[0]?.question ?? "";
  const text = JSON.stringify({ ...conversation, turns: conversation.turns.map(lean) });
  for (;;) {
    try {
      localStorage.setItem(PREFIX + conversation.id, text);
      sessionStorage.setItem(CURRENT, conversation.id);
      return true;
    } catch {
      const oldest = conversations().findLast(({ id }) => id !== conversation.id);
      if (!oldest) return false;
      forget(oldest.id);
    }
  }
}

/** Delete one conversation, or all of them. */
export const forget = (id) => quietly(() => localStorage.removeItem(PREFIX + id));
export const forgetAll = () => storedKeys().forEach((key) => quietly(() => localStorage.removeItem(key)));

/** The conversation that this tab showed last, or null. */
export const currentConversation = () => quietly(() => read(PREFIX + sessionStorage.getItem(CURRENT))) ?? null;
export const leaveConversation = () => quietly(() => sessionStorage.removeItem(CURRENT));

/** Passages under an answer are not shown again, and weigh the most. */
function lean(turn) {
  const answer = turn.answer && turn.answer.status !== "abstained" ? { ...turn.answer, passages: [] } : turn.answer;
  return { ...turn, answer };
}

function read(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key));
    return found?.format === FORMAT && Array.isArray(found.turns) ? found : null;
  } catch {
    return null;
  }
}

const storedKeys = () => quietly(() => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) ?? [];

/** Storage may be forbidden; then nothing is kept, and the page works all the same. */
function quietly(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
