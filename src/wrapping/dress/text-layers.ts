import { isBlankByte } from '../../base/bytes/base64-bytes.ts';
import { secretCopy } from '../../base/bytes/secret-bytes.ts';
import { byteSet, linesOf, mapBytes, secretConcat } from './bytes.ts';
import type { Opener } from './layer.ts';
import { naming, redirecting } from './layer.ts';

const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;

/** The encodings by the names that `iconv` has for them: UTF-16 alone is one with a byte order mark. */
const UTF_16: readonly { readonly name: string; readonly mark: string; readonly high: 0 | 1 }[] = [
  { name: 'UTF-16', mark: 'fffe', high: 1 },
  { name: 'UTF-16', mark: 'feff', high: 0 },
  { name: 'UTF-16LE', mark: '', high: 1 },
  { name: 'UTF-16BE', mark: '', high: 0 },
];

/** Windows PowerShell writes UTF-16 with `>`. Keys have ASCII characters only; any other one becomes `?` here. */
const utf16: Opener = (bytes) => {
  for (const { name, mark, high } of UTF_16) {
    const text = bytes.subarray(mark.length / 2);
    const hasMark = bytes.toString('hex', 0, mark.length / 2) === mark;
    if (!hasMark || text.length < 2 || text.length % 2 !== 0) continue;
    if (
      mark === '' &&
      !text.subarray(0, 64).every((byte, at) => (byte === 0) === (at % 2 === high))
    )
      continue;
    const inner = mapBytes(text, (byte, at) => {
      if (at % 2 === high) return undefined;
      return text[at + 2 * high - 1] === 0 ? byte : 0x3f;
    });
    return [{ words: 'in UTF-16', inner, filter: naming(`iconv -f ${name} -t UTF-8`) }];
  }
  return [];
};

const OPENING = byteSet('"\'`');
const QUOTES = byteSet('"\'`,;');

/** A string of a program, with its quotes and what follows it. */
const quotes: Opener = (bytes) => {
  const [first, last] = ends(bytes);
  if (!OPENING.has(first) || !QUOTES.has(last)) return [];
  const found = [...QUOTES].filter((quote) => bytes.includes(quote));
  const set = String.fromCharCode(...found);
  const word = set.includes("'") ? `"${set.replaceAll(/["`]/g, String.raw`\$&`)}"` : `'${set}'`;
  return [
    {
      words: 'in quotes',
      inner: mapBytes(bytes, (byte) => (QUOTES.has(byte) ? undefined : byte)),
      filter: redirecting(`tr -d ${word}`),
    },
  ];
};

function ends(bytes: Buffer): [number, number] {
  const isText = (byte: number) => !isBlankByte(byte);
  return [bytes.find(isText) ?? 0, bytes.findLast(isText) ?? 0];
}

/** `\n` as JSON, `.env` files and secrets of a CI have it, however often it was escaped. */
const literalLineBreaks: Opener = (bytes) => {
  if (!bytes.includes(String.raw`\n`)) return [];
  let at = 0;
  const inner = mapBytes(bytes, (byte, index) => {
    if (index < at) return undefined;
    const end = byte === BACKSLASH ? endOfLineBreak(bytes, index) : undefined;
    if (end === undefined) return byte;
    at = end;
    return LINE_FEED;
  });
  const filter = naming(String.raw`awk '{gsub(/(\\+r)?\\+n/,"\n")}1'`);
  return [{ words: String.raw`with \n in place of line breaks`, inner, filter }];
};

/** Where an escaped line break that begins here ends. */
function endOfLineBreak(bytes: Buffer, from: number): number | undefined {
  const skipBackslashes = (start: number): number => {
    let at = start;
    while (bytes[at] === BACKSLASH) at += 1;
    return at;
  };
  const isFeed = (at: number): boolean => bytes[at] === 0x6e;
  const letter = skipBackslashes(from);
  if (isFeed(letter)) return letter + 1;
  const second = bytes[letter] === 0x72 ? skipBackslashes(letter + 1) : letter;
  return second > letter + 1 && isFeed(second) ? second + 1 : undefined;
}

/** `\/` as PHP writes it into JSON, and lines that go on after a backslash. */
const backslashes: Opener = (bytes) => {
  if (!bytes.includes(BACKSLASH)) return [];
  const inner = mapBytes(bytes, (byte) => (byte === BACKSLASH ? undefined : byte));
  return [{ words: 'with backslashes', inner, filter: redirecting(String.raw`tr -d '\\'`) }];
};

const NAME = /^[ \t]*["']?[A-Za-z][\w .-]{0,63}["']?[ \t]*[:=][ \t]*[^\s:=]/;

/** `NAME: value` or `NAME=value`, as YAML, `.env` files and many a screen have it. */
const name: Opener = (bytes) => {
  const head = bytes.toString('latin1', 0, 160);
  if (!NAME.test(head)) return [];
  const inner = secretCopy(bytes.subarray(head.search(/[:=]/) + 1));
  const filter = naming(`sed '1s/^[^:=]*[:=]//'`);
  return [{ words: 'after a name', inner, filter }];
};

const DASHES = '-----';

/** PEM on one line, as a form or a variable leaves it. */
const lostLineBreaks: Opener = (bytes) => {
  const lines = linesOf(bytes);
  if (!lines.some((line) => markersOf(line).length === 2)) return [];
  const inner = secretConcat(lines.flatMap(withoutMarkers));
  const filter = naming("sed 's/-----[^-]*-----//g'");
  return [{ words: 'in PEM without its line breaks', inner, filter }];
};

/** Where the BEGIN and END markers of a line are. */
function markersOf(line: Buffer): { readonly from: number; readonly to: number }[] {
  const markers: { from: number; to: number }[] = [];
  let from = line.indexOf(DASHES);
  while (from !== -1) {
    const close = line.indexOf(DASHES, from + DASHES.length);
    if (close === -1) break;
    const to = close + DASHES.length;
    markers.push({ from, to });
    from = line.indexOf(DASHES, to);
  }
  return markers;
}

function withoutMarkers(line: Buffer): Buffer[] {
  const markers = markersOf(line);
  return [0, ...markers.map(({ to }) => to)].map((start, index) =>
    line.subarray(start, markers[index]?.from ?? line.length),
  );
}

/** Armour that was mistyped, prettified or left out at one end; the base64 between may be whole. */
const brokenArmour: Opener = (bytes) => {
  const lines = linesOf(bytes);
  const isArmour = (line: Buffer) => line.includes('BEGIN ') || line.includes('END ');
  if (!lines.some(isArmour)) return [];
  const inner = secretConcat(lines.filter((line) => !isArmour(line)));
  const filter = naming("grep -vE '(BEGIN|END) '");
  return [{ words: 'in PEM with damaged BEGIN or END lines', inner, filter }];
};

/** What a text may have around and within the encoding of a key. */
export const TEXT_LAYERS: readonly Opener[] = [
  utf16,
  quotes,
  name,
  literalLineBreaks,
  backslashes,
  lostLineBreaks,
  brokenArmour,
];
