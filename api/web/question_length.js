/** How long a question may be, and the line under it that says so as it grows long. */

import { announce, byId } from "./dom.js";

/** Characters of the longest question that the server takes. */
export const MOST = 4_000;
const NEAR = 3_600;

// As the server counts: an emoji is not two.
const length = (question) => Array.from(question.trim()).length;

/** Whether the server would refuse the question for its length. */
export const isTooLong = (question) => length(question) > MOST;

/** Show beside the question box how long the question is; while it is too long, it cannot be asked. */
export function showLength(question) {
  const box = byId("question");
  const characters = length(question);
  const isOver = characters > MOST;
  const text = isOver
    ? `${said(characters - MOST)} character${characters === MOST + 1 ? "" : "s"} too many: a question has at most ${said(MOST)}.`
    : `${said(characters)} of ${said(MOST)} characters`;
  const line = byId("question-length");
  line.textContent = text;
  line.hidden = characters < NEAR;
  line.classList.toggle("is-over", isOver);
  // Said once, not at every key.
  if (isOver && !byId("ask").disabled) announce(text);
  byId("ask").disabled = isOver;
  box.setAttribute("aria-invalid", String(isOver));
}

const said = (number) => number.toLocaleString("en-GB");
