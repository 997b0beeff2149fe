/** A line that says when the server cannot be reached, and goes when it can. */

import { byId } from "./dom.js";
import * as server from "./server.js";

const AGAIN_MS = 5_000;

/** Look once now, and whenever the browser says that it went offline or came back. */
export function watchConnection() {
  let timer = null;
  const look = async () => {
    clearTimeout(timer);
    const isThere = (await server.readiness()) !== null;
    byId("connection").textContent = isThere ? "" : MESSAGE;
    if (!isThere) timer = setTimeout(look, AGAIN_MS);
  };
  addEventListener("offline", look);
  addEventListener("online", look);
  look();
}

const MESSAGE = "The Dateline server cannot be reached. What is shown here stays; new questions have to wait.";
