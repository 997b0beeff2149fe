/**
 * Offsets on the wire count Unicode code points; JavaScript strings count UTF-16 units.
 * An emoji is one code point and two units, so every offset is converted before a string is cut.
 */

/** The number of code points in `text`. */
export function codePointLength(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The UTF-16 index of the code point number `offset`, or -1 when the text is shorter. */
export function toUtf16(text, offset) {
  if (!Number.isInteger(offset) || offset < 0) return -1;
  let index = 0;
  for (let passed = 0; passed < offset; passed += 1) {
    if (index >= text.length) return -1;
    index += text.codePointAt(index) > 0xffff ? 2 : 1;
  }
  return index;
}

/** `text[start:end]` in code points, or null when the span is not inside the text. */
export function sliceCodePoints(text, start, end) {
  const from = toUtf16(text, start);
  const to = toUtf16(text, end);
  return from < 0 || to < from ? null : text.slice(from, to);
}
