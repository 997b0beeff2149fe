/** Reading server-sent events from a fetch response (EventSource can only GET). */

/**
 * Split a byte stream into lines. Lines end in LF, CR or CRLF, wherever the chunks happen to be cut;
 * an unfinished last line is dropped, as the format asks.
 */
async function* linesOf(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  let endedInCarriageReturn = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      let text = decoder.decode(value, { stream: true });
      if (text === "") continue;
      // The LF of a CRLF that was cut in two belongs to the line already given.
      if (endedInCarriageReturn && text.startsWith("\n")) text = text.slice(1);
      endedInCarriageReturn = text === "" ? false : text.endsWith("\r");
      const lines = (buffer + text).split(/\r\n|\r|\n/);
      buffer = lines.pop();
      yield* lines;
    }
  } finally {
    // Leaving early (a return or a throw in the consumer) must also end the download.
    await reader.cancel().catch(() => {});
  }
}

/** The events of a byte stream: `{event, data, id}`. Comments and events without data are passed over. */
export async function* eventsOf(stream) {
  let event = "";
  let data = [];
  let id = "";
  for await (const line of linesOf(stream)) {
    if (line === "") {
      if (data.length) yield { event: event || "message", data: data.join("\n"), id };
      event = "";
      data = [];
    } else if (!line.startsWith(":")) {
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") data.push(value);
      else if (field === "event") event = value;
      else if (field === "id") id = value;
    }
  }
}
