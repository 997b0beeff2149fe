/** Who speaks in a quote, in words. */

/** "In the words of Ana Ruiz", or null where the article speaks for itself. */
export function voice(attribution) {
  const speaker = attribution?.speaker;
  switch (attribution?.voice) {
    case "named":
      return speaker ? `In the words of ${speaker}` : null;
    case "anonymous":
      return speaker ? `In the words of someone unnamed: ${speaker}` : "In the words of someone unnamed";
    case "denial":
      return speaker ? `A denial by ${speaker}` : "A denial";
    default:
      return null;
  }
}
