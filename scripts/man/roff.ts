/* A page of man(7), as mandoc and groff read it. */

/** Longer lines of text are bad style to mandoc. */
const LINE_LENGTH = 80;

/** Characters that roff takes for something else, or prints as another one. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': String.raw`\e`,
  '-': String.raw`\-`,
  "'": String.raw`\(aq`,
  '`': String.raw`\(ga`,
  '^': String.raw`\(ha`,
  '~': String.raw`\(ti`,
};

/** A text as roff prints it, character for character. */
export function literal(text: string): string {
  const escaped = text
    .replaceAll(/[-\\'`^~]/g, (sign) => ESCAPES[sign] ?? sign)
    .replaceAll(/[^\x20-\x7e\n]/gu, unicode);
  return escaped.startsWith('.') ? String.raw`\&${escaped}` : escaped;
}

function unicode(sign: string): string {
  const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return String.raw`\[u${code}]`;
}

export const bold = (text: string): string => String.raw`\fB${literal(text)}\fR`;
export const italic = (text: string): string => String.raw`\fI${literal(text)}\fR`;

/** A text of several lines of source; where they break makes no difference to the page. */
export function filled(text: string): string {
  const lines = [''];
  for (const word of literal(text).split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => (line.startsWith('.') ? String.raw`\&${line}` : line)).join('\n');
}

/** A term, already marked up, and what it means. */
export function item(term: string, text: string): string {
  return `.TP\n${term}\n${filled(text)}`;
}

/** Lines that stand as they are. */
export function verbatim(lines: readonly string[]): string {
  return ['.PP', '.RS 4', '.EX', ...lines.map(literal), '.EE', '.RE'].join('\n');
}

/** Other pages of section 1, in a list. */
export function references(names: readonly string[]): string {
  return names
    .map((name, index) => `.BR ${literal(name)} (1)${index < names.length - 1 ? ',' : ''}`)
    .join('\n');
}
