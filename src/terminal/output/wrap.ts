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

/**
 * As `wrap`, but a word that is wider than `width` is broken: a terminal would go on with it in its first column, where it
 * looks like a line of its own.
 */
export function wrapBroken(text: string, width: number, hanging = ''): string[] {
  return wrap(text, width, hanging).flatMap((line) => broken(line, width, hanging));
}

function broken(line: string, width: number, hanging: string): string[] {
  const characters = Array.from(line);
  const room = Math.max(1, width - hanging.length);
  const lines = [characters.slice(0, width).join('')];
  for (let at = width; at < characters.length; at += room) {
    lines.push(hanging + characters.slice(at, at + room).join(''));
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
