/**
 * Breaks text at its spaces into lines of at most `width` characters. A longer word stands on a line of its own, whole:
 * it can be copied.
 *
 * @param hanging - what every line but the first begins with
 */
export function wrap(text: string, width: number, hanging = ''): string[] {
  const [first = '', ...words] = text.split(/(?<=\S) /);
  const lines = [first];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (widthOf(line) + 1 + widthOf(word) > width) lines.push(hanging + word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** Counts characters, not UTF-16 units; how many cells a character takes is unknown. */
export function widthOf(text: string): number {
  return Array.from(text).length;
}

/** The width of the widest of texts, of which there may be very many. */
export function widestOf(texts: Iterable<string>): number {
  let widest = 0;
  for (const text of texts) widest = Math.max(widest, widthOf(text));
  return widest;
}
