import type { JsonObject } from '../../../base/json.ts';
import { isJsonObject } from '../../../base/json.ts';
import { digitGroups, fingerprintLines } from '../../../base/text/digit-groups.ts';
import { table } from '../../../terminal/output/table.ts';
import type { ViewRow } from '../../../terminal/output/view.ts';
import { renderView } from '../../../terminal/output/view.ts';
import { WIDEST } from '../../../terminal/output/text-width.ts';
import { wrap } from '../../../terminal/output/wrap.ts';
import type {
  Facts,
  InspectedFile,
  NamedIdentities,
  Relation,
} from '../../../documents/inspect/inspect-relations.ts';
import { groupLetters, RELATIONS } from '../../../documents/inspect/inspect-relations.ts';

const HEADINGS: Readonly<Record<Relation, string>> = {
  DataKeyId: 'data key id',
  ComponentSet: 'components',
  CiphertextBlob: 'blob',
  ExportedDataKey: 'export',
  KeyCheckValue: 'check value',
  KmsKey: 'kms key',
  WrappingKey: 'wrapping key',
};

/**
 * For a terminal: a block for each file, and last, where several belong together, a table of those.
 *
 * @param columns - how many characters a line may have
 */
export function inspectTable(
  files: readonly InspectedFile[],
  identities: readonly NamedIdentities[],
  columns: number,
  colored: boolean,
): string {
  const blocks = files.map(({ File, Type, ...facts }) => {
    const repeated = firstExport(facts);
    const told = Object.entries(facts).filter(
      ([name, value]) => !BELONGING.has(name) && repeated[name] !== value,
    );
    const view = { verdict: `${File}: ${String(Type)}`, blocks: [{ rows: told.flatMap(rowsOf) }] };
    return renderView(view, Math.min(WIDEST, columns), colored);
  });
  const overview = overviewOf(files, identities, columns);
  return [...blocks, ...(overview === undefined ? [] : [overview])].join('\n');
}

/** What the top level of an export document repeats. */
function firstExport({ Exports }: Facts): JsonObject {
  const [first] = Array.isArray(Exports) ? (Exports as unknown[]) : [];
  return isJsonObject(first) ? first : {};
}

/** The overview says it with letters. */
const BELONGING: ReadonlySet<string> = new Set(
  RELATIONS.flatMap((relation) => [`Same${relation}As`, `Same${relation}Count`]),
);

function overviewOf(
  files: readonly InspectedFile[],
  identities: readonly NamedIdentities[],
  width: number,
): string | undefined {
  const columns = [...groupLetters(identities)];
  if (columns.length === 0) return undefined;
  const headings = ['file', 'type', ...columns.map(([relation]) => HEADINGS[relation])];
  const rows = files.map(({ File, Type }, index) => [
    File,
    String(Type),
    ...columns.map(([, letters]) => letters[index] ?? ''),
  ]);
  const key = wrap('The same letter in a column: the same value.', width).join('\n');
  return `${table(headings, rows, width)}${key}\n`;
}

/** A list of objects has rows for each of them. */
function rowsOf([name, value]: readonly [string, unknown]): ViewRow[] {
  if (Array.isArray(value) && value.length > 0 && value.every(isJsonObject)) {
    if (value.every(isCheckValue)) return [{ label: name, lines: value.map(checkValueText) }];
    return value.flatMap((entry, index) =>
      Object.entries(entry)
        .filter(([inner]) => !BELONGING.has(inner))
        .flatMap(([inner, each]) => rowsOf([`${name}[${index}].${inner}`, each])),
    );
  }
  return [{ label: name, lines: linesOf(value) }];
}

const FINGERPRINT = /^SHA256:[0-9a-f]{64}$/;

function linesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (isJsonObject(value)) {
    return Object.entries(value).map(([name, each]) => `${name}=${String(each)}`);
  }
  const text = String(value);
  return FINGERPRINT.test(text) ? ['SHA-256', ...fingerprintLines(text)] : [text];
}

function isCheckValue({ Method, Value }: JsonObject): boolean {
  return typeof Method === 'string' && typeof Value === 'string';
}

function checkValueText({ Method, Value }: JsonObject): string {
  return [String(Method), ...digitGroups(String(Value), 8)].join(' ');
}
