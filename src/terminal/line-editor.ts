const BACKSPACE = new Set([0x08, 0x7f]);
const CTRL_U = 0x15;
const CTRL_W = 0x17;
const ESCAPE = 0x1b;
const SPACE = 0x20;
const TAB = 0x09;

/** A line that is typed without echo. */
export interface LineEditor {
  /** How many bytes of the line there are. */
  readonly length: number;
  /** Takes what one key sends, byte by byte. */
  type(byte: number): void;
}

/**
 * Edits a line as a terminal does by itself: Backspace takes back a character, Ctrl-W a word, Ctrl-U the line. Other
 * control characters and the keys that send an escape sequence (arrows, Delete) change nothing: they would go unseen
 * into a passphrase.
 *
 * @param line - where the line is kept; what does not fit is dropped, and what is taken back is overwritten
 */
export function lineEditor(line: Buffer): LineEditor {
  let length = 0;
  let sequence: 'none' | 'begun' | 'open' = 'none';
  const cut = (to: number): void => {
    line.fill(0, to, length);
    length = to;
  };
  const insert = (byte: number): void => {
    if (length < line.length) length = line.writeUInt8(byte, length);
  };
  return {
    get length() {
      return length;
    },
    type: (byte) => {
      if (sequence !== 'none') sequence = next(sequence, byte);
      else if (byte === ESCAPE) sequence = 'begun';
      else if (BACKSPACE.has(byte)) cut(previousCharacter(line, length));
      else if (byte === CTRL_W) cut(previousWord(line, length));
      else if (byte === CTRL_U) cut(0);
      else if (byte >= SPACE || byte === TAB) insert(byte);
    },
  };
}

/** An escape sequence is `ESC` and a byte, or `ESC [` or `ESC O`, parameters and a last byte from `@` on (ECMA-48 §5.4). */
function next(sequence: 'begun' | 'open', byte: number): 'none' | 'open' {
  const opens = byte === 0x5b || byte === 0x4f;
  if (sequence === 'begun') return opens ? 'open' : 'none';
  return byte >= 0x40 ? 'none' : 'open';
}

/** The start of the last UTF-8 character before `length`. */
function previousCharacter(line: Buffer, length: number): number {
  let start = length - 1;
  while (start > 0 && ((line[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return Math.max(start, 0);
}

/** The start of the last word before `length`, and of the blanks after it. */
function previousWord(line: Buffer, length: number): number {
  let start = length;
  while (start > 0 && isBlank(line[start - 1])) start -= 1;
  while (start > 0 && !isBlank(line[start - 1])) start -= 1;
  return start;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
