/** Where the width of a terminal is not known, and in a pipe. */
const USUAL_COLUMNS = 80;

/** What is laid out for people does not get narrower than this. */
const LEAST_COLUMNS = 40;

/** How wide text for people is laid out on a stream, in characters. */
export function layoutColumns({ columns }: { readonly columns: number | undefined }): number {
  return Math.max(LEAST_COLUMNS, columns ?? USUAL_COLUMNS);
}

/**
 * Breaks text at its spaces into lines of at most `width` characters. A longer word stands on a line of its own, whole:
 * it can be copied.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(' ')) {
    const longer: string = line === undefined ? word : `${line} ${word}`;
    if (line === undefined || widthOf(longer) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line ?? ''];
}

/**
 * As `wrap`, for a command of a shell: each line but the last ends with a backslash, so that all of them can be pasted.
 * What the shell takes for one word is not broken, and an option stays with its value where there is room for both.
 */
export function wrapCommand(command: string, width: number): string[] {
  const words = command.match(/(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+/g) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const part of withValues(words, width - CONTINUATION.length)) {
    const longer = line === '' ? part : `${line} ${part}`;
    if (line === '' || widthOf(longer) + CONTINUATION.length <= width) {
      line = longer;
    } else {
      lines.push(line + CONTINUATION);
      line = `  ${part}`;
    }
  }
  return [...lines, line];
}

const CONTINUATION = ' \\';

/** Words, of which an option and its value are one. */
function withValues(words: readonly string[], width: number): string[] {
  const parts: string[] = [];
  for (const word of words) {
    const last = parts.at(-1) ?? '';
    const together = `${last} ${word}`;
    const isValue = /^-[^ ]*$/.test(last) && !word.startsWith('-');
    if (isValue && widthOf(together) + 2 <= width) parts[parts.length - 1] = together;
    else parts.push(word);
  }
  return parts;
}

/** Counts characters, not UTF-16 units; how many cells a character takes is unknown. */
export function widthOf(text: string): number {
  return Array.from(text).length;
}
