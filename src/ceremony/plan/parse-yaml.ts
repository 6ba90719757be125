import type { CST } from 'yaml';
import { Composer, Lexer, Parser } from 'yaml';
import type { YamlDocument } from './yaml-document.ts';
import { readNodes } from './yaml-nodes.ts';

/** Deeper, and with more words, than any plan; far from what would be slow, or too much for the stack. */
const MAX_DEPTH = 32;
const MAX_WORDS = 50_000;

/** What precedes the text of a scalar among the words of the lexer. */
const SCALAR_FOLLOWS = '\u001f';

/** What begins a word that is no text, and is refused. */
const REFUSED: Readonly<Record<string, string>> = {
  '!': 'tags (!) are not taken: put a text that begins with ! in quotation marks',
  '&': 'anchors (&) are not taken: put a text that begins with & in quotation marks',
  '*': 'aliases (*) are not taken: put a text that begins with * in quotation marks',
  '%': 'directives (%) are not taken',
};

/** What the parser's codes mean. Its own words may quote the text, which may be anything. */
const FAULTS: Readonly<Record<string, string>> = {
  BAD_INDENT: 'the indentation does not fit what stands above, or a bracket is not closed',
  BAD_SCALAR_START: 'a text that begins like this needs quotation marks',
  BAD_DQ_ESCAPE: String.raw`a text in "" has a \ that YAML does not know: put it in '' instead`,
  BLOCK_AS_IMPLICIT_KEY: 'the line has a second colon: put the text in quotation marks',
  BLOCK_IN_FLOW: 'indented fields stand inside of brackets',
  MISSING_CHAR: 'a bracket, quotation mark or comma is missing',
  MULTILINE_IMPLICIT_KEY: 'the line is no field: a field is NAME: VALUE',
  TAB_AS_INDENT: 'the line is indented by a tab: YAML takes blanks',
  UNEXPECTED_TOKEN: 'something stands here that does not belong here',
};

/**
 * Parses YAML 1.2 by the core schema, as far as it says what JSON can say; JSON itself, too. Tags, anchors, aliases, merge
 * keys, directives, a second document, a name twice in an object, and numbers and words that readers of YAML 1.1 take for
 * something else (`0o17`, `True`) are mistakes. Text is in NFC and without lone surrogates, as a record needs it.
 */
export function parseYaml(text: string): YamlDocument {
  const lineAt = lineFinder(text);
  const words = readWords(text);
  if ('message' in words) return unreadable(lineAt(words.offset), words.message);
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
  });
  const [document, second] = [...composer.compose(words, true, text.length)];
  if (document === undefined) throw new TypeError('the composer gives one document at least');
  const [fault] = document.errors;
  if (fault !== undefined) {
    return unreadable(lineAt(fault.pos[0]), FAULTS[fault.code] ?? 'what stands here is not YAML');
  }
  if (second !== undefined) {
    return unreadable(lineAt(second.range[0]), 'a second document begins: one is taken');
  }
  return readNodes(document.contents, lineAt);
}

interface Refusal {
  readonly offset: number;
  readonly message: string;
}

/** Reads word by word and stops at what is refused: nothing is built of it. */
function readWords(text: string): readonly CST.Token[] | Refusal {
  const control = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  if (control !== -1) return { offset: control, message: 'a control character stands here' };
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let [count, before] = [0, ''];
  for (const word of new Lexer().lex(text)) {
    const { offset } = parser;
    const refused = before === SCALAR_FOLLOWS ? undefined : REFUSED[word.charAt(0)];
    if (refused !== undefined) return { offset, message: refused };
    tokens.push(...parser.next(word));
    [count, before] = [count + 1, word];
    if (count > MAX_WORDS) return { offset, message: 'this is longer than any plan' };
    if (parser.stack.length > MAX_DEPTH) return { offset, message: 'this nests too deep' };
  }
  return [...tokens, ...parser.end()];
}

function unreadable(line: number, message: string): YamlDocument {
  return { value: undefined, lineOf: () => 1, mistakes: [{ line, message }] };
}

/** Which line, from 1, an offset of a text is in. */
function lineFinder(text: string): (offset: number) => number {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index);
  return (offset) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
