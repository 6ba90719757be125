import type { ParsedNode, Scalar } from 'yaml';
import { isMap, isScalar, isSeq } from 'yaml';
import type { Mistake, Path, YamlDocument } from './yaml-document.ts';

/** A number as JSON writes it. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Makes a value of the nodes of a document, without tags, anchors and aliases, and of bounded depth.
 *
 * @param lineAt - the line of an offset in the text
 */
export function readNodes(
  root: ParsedNode | null,
  lineAt: (offset: number) => number,
): YamlDocument {
  const lines = new Map<string, number>();
  const mistakes: Mistake[] = [];
  const wrong = (offset: number, path: Path, problem: string): void => {
    const place = placeOf(path);
    const message = `${place === '' ? 'the document' : place} ${problem}`;
    mistakes.push({ line: lineAt(offset), message });
  };

  const scalar = ({ value, type, source, range }: Scalar.Parsed, path: Path): unknown => {
    const [offset] = range;
    if (typeof value === 'string') {
      const problem = textProblem(value);
      if (problem !== undefined) wrong(offset, path, problem);
      return value;
    }
    if (type === 'PLAIN' && typeof value === 'number' && !NUMBER.test(source)) {
      wrong(offset, path, 'is a number in a form that not every reader takes for the same');
    }
    if (typeof value === 'boolean' && source !== String(value)) {
      wrong(offset, path, `is to be written ${String(value)}`);
    }
    return value;
  };

  const node = (item: ParsedNode | null, path: Path): unknown => {
    if (isScalar(item)) return scalar(item, path);
    if (isSeq(item)) {
      return item.items.map((each, index) => {
        const at = [...path, index];
        lines.set(keyOf(at), lineAt(each.range[0]));
        return node(each, at);
      });
    }
    if (!isMap(item)) return null;
    const entries = new Map<string, unknown>();
    for (const { key, value } of item.items) {
      const [offset] = key.range;
      if (!isScalar(key) || typeof key.value !== 'string') {
        wrong(offset, path, 'has a name that is no text: put it in quotation marks');
        continue;
      }
      const at = [...path, key.value];
      const problem = nameProblem(key.value, key.type === 'PLAIN', entries.has(key.value));
      if (problem !== undefined) wrong(offset, at, problem);
      lines.set(keyOf(at), lineAt(offset));
      entries.set(key.value, node(value, at));
    }
    return Object.fromEntries(entries);
  };

  const value = node(root, []);
  lines.set(keyOf([]), root === null ? 1 : lineAt(root.range[0]));
  const lineOf = (path: Path): number =>
    lines.get(keyOf(path)) ?? (path.length === 0 ? 1 : lineOf(path.slice(0, -1)));
  return { value, lineOf, mistakes };
}

/** As `jq` writes it, without the first dot: `Recipients[0].Pubkey`. */
export function placeOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

function nameProblem(name: string, isPlain: boolean, isRepeated: boolean): string | undefined {
  if (isPlain && name === '<<') return 'is a merge key, which is not taken';
  return isRepeated ? 'stands twice' : textProblem(name);
}

/** What a record does not take. */
function textProblem(text: string): string | undefined {
  if (/\p{Cs}/u.test(text)) return 'has half a character in it (a lone surrogate)';
  if (text.normalize('NFC') !== text) return "is not in Unicode's form NFC: type it again";
  return undefined;
}
