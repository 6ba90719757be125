import { isJsonObject } from '../../../base/json.ts';
import { oneLine } from '../../../terminal/output/printable.ts';
import { factTable, table } from '../../../terminal/output/table.ts';
import type {
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

/** For a terminal: which files belong together, where several do, and then a block for each file. */
export function inspectTable(
  files: readonly InspectedFile[],
  identities: readonly NamedIdentities[],
): string {
  const blocks = files.map(({ File, Type, ...facts }) => {
    const lines = Object.entries(facts).filter(([name]) => !BELONGING.has(name));
    return `${oneLine(`${File}: ${String(Type)}`)}\n${factTable(lines.flatMap(rowsOf))}`;
  });
  const text = `${blocks.join('\n\n')}\n`;
  const overview = overviewOf(files, identities);
  return overview === undefined ? text : `${overview}\n${text}`;
}

/** The overview says it with letters. */
const BELONGING: ReadonlySet<string> = new Set(RELATIONS.map((relation) => `Same${relation}As`));

function overviewOf(
  files: readonly InspectedFile[],
  identities: readonly NamedIdentities[],
): string | undefined {
  const columns = [...groupLetters(identities)];
  if (columns.length === 0) return undefined;
  const headings = ['file', 'type', ...columns.map(([relation]) => HEADINGS[relation])];
  const rows = files.map(({ File, Type }, index) => [
    File,
    String(Type),
    ...columns.map(([, letters]) => letters[index] ?? ''),
  ]);
  return `${table(headings, rows)}The same letter in a column: the same value.\n`;
}

/** A list of objects has a row for each of their fields. */
function rowsOf([name, value]: readonly [string, unknown]): (readonly [string, string])[] {
  if (Array.isArray(value) && value.length > 0 && value.every(isJsonObject)) {
    return value.flatMap((entry, index) =>
      Object.entries(entry).flatMap(([inner, each]) =>
        rowsOf([`${name}[${index}].${inner}`, each]),
      ),
    );
  }
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) {
    return [[name, value.join(', ')]];
  }
  return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
}
