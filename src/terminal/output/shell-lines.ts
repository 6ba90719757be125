/** A word of a shell line, with what is in quotes, in `$(…)` or in `"$(…)"` as a part of it. */
const WORD = /(?:'[^']*'|"(?:\$\([^)]*\)|\\.|(?!\$\()[^"\\])*"|\$\([^)]*\)|\\.|[^\s'"\\])+/g;

const OPERATOR = /^(?:\|\|?|&&?|[<>]{1,2})$/;

/** What the lines after the first one of a command begin with. */
const HANGING = '    ';

/**
 * The lines of shell commands, each broken with backslashes where it is wider than `width`: before an option, which keeps
 * its value, or before an operator. Pasted into a shell, they are the same commands; a word is never broken.
 */
export function shellLines(text: string, width: number): readonly string[] {
  return text
    .replace(/ \\\n\s*/g, ' ')
    .split(/\n\s*/)
    .flatMap((line) => broken(line, width));
}

function broken(line: string, width: number): readonly string[] {
  if (line.length <= width) return [line];
  const room = width - ' \\'.length;
  const lines: string[] = [];
  for (const piece of piecesOf(line, room - HANGING.length)) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(piece);
    else if (last.length + 1 + piece.length > room) lines.push(HANGING + piece);
    else lines[lines.length - 1] = `${last} ${piece}`;
  }
  return lines.map((text, index) => (index < lines.length - 1 ? `${text} \\` : text));
}

/** What may stand on one line: units, or the words of those that are wider than `room`. */
function piecesOf(line: string, room: number): readonly string[] {
  return unitsOf(line).flatMap((unit) => {
    const joined = unit.join(' ');
    return joined.length <= room ? [joined] : unit;
  });
}

/** Words that stay together while there is room: an option and its value, an operator and what follows it. */
function unitsOf(line: string): string[][] {
  const units: string[][] = [];
  for (const word of line.match(WORD) ?? []) {
    const last = units.at(-1);
    const [first = ''] = last ?? [];
    const isAlone = word.startsWith('-') || OPERATOR.test(word);
    const takesOne = last?.length === 1 && (first.startsWith('-') || OPERATOR.test(first));
    if (last !== undefined && takesOne && !isAlone) last.push(word);
    else units.push([word]);
  }
  return units;
}
