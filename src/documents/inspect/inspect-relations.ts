import type { JsonObject } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';

/** What several files may have in common. The names make the fields `Same…As`. */
export const RELATIONS = [
  'DataKeyId',
  'ComponentSet',
  'CiphertextBlob',
  'ExportedDataKey',
  'KeyCheckValue',
  'KmsKey',
  'WrappingKey',
] as const;

export type Relation = (typeof RELATIONS)[number];

/**
 * The values of one file by which it belongs to others: ids, check values, fingerprints, and the digests of ciphertexts.
 * Nothing secret.
 */
export interface Identities extends Readonly<Partial<Record<Relation, readonly string[]>>> {
  /** The digest of a value that may be a CiphertextBlob or an ExportedDataKey. */
  readonly Bare?: string;
}

/** What is known of a file, by the names of its JSON fields: `Type` first. Nothing secret. */
export type Facts = Readonly<Record<string, unknown>>;

/** What a file is, and by which values it belongs to others. */
export interface Inspection {
  readonly facts: Facts;
  readonly identities: Identities;
}

/** The Type of a value that is a CiphertextBlob or an ExportedDataKey. */
export const BARE_CIPHERTEXT = 'bare ciphertext';

/** The values in the facts of a file by which it belongs to others. */
export function identitiesOf(facts: Facts): Identities {
  const imports = objectsIn(facts['Imports']);
  const parts = [...objectsIn(facts['Exports']), ...imports, ...objectsIn(facts['Certificates'])];
  const keys = parts.length === 0 ? [facts] : parts;
  const blobs = [facts, ...objectsIn(facts['Backups'])];
  const checked = [facts, ...imports].flatMap((each) => objectsIn(each['KeyCheckValues']));
  const checkValues = checked.map(({ Method, Value }) =>
    typeof Method === 'string' && typeof Value === 'string' ? `${Method}:${Value}` : undefined,
  );
  const found: Record<Relation, readonly unknown[]> = {
    DataKeyId: [facts['DataKeyId']],
    ComponentSet: [facts['SetId']],
    CiphertextBlob: blobs.map((each) => each['CiphertextBlobFingerprint']),
    ExportedDataKey: keys.map((each) => each[FINGERPRINT_OF.ExportedDataKey]),
    KeyCheckValue: checkValues,
    KmsKey: [facts['KeyId']],
    WrappingKey: keys.map((each) => each[FINGERPRINT_OF.WrappingKey]),
  };
  const texts = RELATIONS.flatMap((relation): [string, string[]][] => {
    const values = textsIn(found[relation]);
    return values.length === 0 ? [] : [[relation, values]];
  });
  const { Type, Fingerprint } = facts;
  const isBare = Type === BARE_CIPHERTEXT && typeof Fingerprint === 'string';
  return { ...Object.fromEntries(texts), ...(isBare && { Bare: Fingerprint }) };
}

function textsIn(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string');
}

function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** One file among several. */
export interface NamedIdentities {
  readonly file: string;
  readonly identities: Identities;
}

/** An inspected file among several. */
export type NamedInspection = Inspection & NamedIdentities;

/** What `inspect` prints of one file: `File` and `Type` first, then its facts and the files that belong to it. */
export interface InspectedFile extends Facts {
  readonly File: string;
}

/** How many others a file names for each relation: naming all would make the answer grow with the square of the files. */
const MOST_NAMED = 20;

/**
 * The other files that have a value in common with one file; a relation without any is left out. Where there are more
 * than 20, the first 20 are named, and their number is told.
 */
export type Belonging = Readonly<
  Partial<Record<`Same${Relation}As`, readonly string[]> & Record<`Same${Relation}Count`, number>>
>;

/**
 * Finds which files belong together: for each file, and each relation, the other files with the same value. It
 * compares what the files say; that the blobs hold the same data key only KMS can prove (`verify-key`).
 */
export function relate(files: readonly NamedIdentities[]): Belonging[] {
  const known = namingBareValues(files);
  const belonging: Belonging[] = files.map(() => ({}));
  for (const relation of RELATIONS) {
    const others = sharing(files, relation);
    known.forEach((own, index) => {
      Object.assign(belonging[index] ?? {}, named(relation, others(own[relation] ?? [], index)));
    });
  }
  return belonging;
}

/** The other files that have any of some values in common with one, in order: the first, and how many there are. */
type Sharing = (
  values: readonly string[],
  index: number,
) => { readonly files: readonly string[]; readonly count: number };

function sharing(files: readonly NamedIdentities[], relation: Relation): Sharing {
  const filesWithAny = unions(filesByValue(namingBareValues(files), relation));
  return (values, index) => {
    const together = filesWithAny(values);
    const others = together.slice(0, MOST_NAMED + 1).filter((other) => other !== index);
    const first = others.slice(0, MOST_NAMED).flatMap((other) => files[other]?.file ?? []);
    return { files: first, count: Math.max(0, together.length - 1) }; // without itself
  };
}

/** As fields; none where no other file shares a value. */
function named(relation: Relation, { files, count }: ReturnType<Sharing>): Belonging {
  const [as, howMany] = namesOf(relation);
  return count === 0 ? {} : { [as]: files, ...(count > MOST_NAMED && { [howMany]: count }) };
}

/** The names of the two fields of a relation. */
function namesOf<R extends Relation>(relation: R): [`Same${R}As`, `Same${R}Count`] {
  return [`Same${relation}As`, `Same${relation}Count`];
}

/** For each value of a relation, the places of the files that have it, in order. */
function filesByValue(
  known: readonly Identities[],
  relation: Relation,
): ReadonlyMap<string, readonly number[]> {
  const having = new Map<string, number[]>();
  known.forEach((identities, index) => {
    for (const value of new Set(identities[relation])) {
      const places = having.get(value);
      if (places === undefined) having.set(value, [index]);
      else places.push(index);
    }
  });
  return having;
}

/** Finds the files that have any of some values, in order; once for those that have the same values. */
function unions(
  having: ReadonlyMap<string, readonly number[]>,
): (values: readonly string[]) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (values) => {
    // A value that one file alone has is that of the file which asks.
    const shared = [...new Set(values)].filter((value) => (having.get(value)?.length ?? 0) > 1);
    const name = JSON.stringify(shared.sort());
    const union =
      known.get(name) ??
      [...new Set(shared.flatMap((value) => having.get(value) ?? []))].sort((a, b) => a - b);
    known.set(name, union);
    return union;
  };
}

/** Parts of a document that belong to a recipient each, and the relations that are theirs. */
const PARTS = ['Exports', 'Imports', 'Certificates'] as const;
const RELATIONS_OF_PARTS = [
  'ExportedDataKey',
  'WrappingKey',
] as const satisfies readonly Relation[];
const FINGERPRINT_OF = {
  ExportedDataKey: 'ExportedDataKeyFingerprint',
  WrappingKey: 'PublicKeyFingerprint',
} as const;

/**
 * The result of `inspect`: one entry for each file, in order. A document of several recipients says in the part of each
 * which files belong to it.
 */
export function inspectedFiles(inspected: readonly NamedInspection[]): InspectedFile[] {
  const belonging = relate(inspected);
  const related = RELATIONS_OF_PARTS.map(
    (relation) => [relation, sharing(inspected, relation)] as const,
  );
  return inspected.map(({ file, facts }, index) => {
    const part = PARTS.find((name) => objectsIn(facts[name]).length > 1);
    const own = belonging[index] ?? {};
    if (part === undefined) return { File: file, ...facts, ...own };
    const parts = objectsIn(facts[part]).map((each) => {
      const fields = related.map(([relation, others]) =>
        named(relation, others(textsIn([each[FINGERPRINT_OF[relation]]]), index)),
      );
      return fields.reduce<Facts>((all, some) => ({ ...all, ...some }), each);
    });
    const mixed = new Set<string>(RELATIONS_OF_PARTS.flatMap(namesOf));
    const rest = Object.entries(own).filter(([name]) => !mixed.has(name));
    return { File: file, ...facts, [part]: parts, ...Object.fromEntries(rest) };
  });
}

/**
 * The same as letters, for a table: for each relation that any two files have, and each file, the letters of the
 * values that it shares with another.
 */
export function groupLetters(
  files: readonly NamedIdentities[],
): ReadonlyMap<Relation, readonly string[]> {
  const known = namingBareValues(files);
  const columns = new Map<Relation, string[]>();
  for (const relation of RELATIONS) {
    const having = filesByValue(known, relation);
    const shared = [...having].filter(([, places]) => places.length > 1).map(([value]) => value);
    if (shared.length === 0) continue;
    const order = new Map(shared.map((value, index) => [value, index]));
    const letters = known.map((identities) =>
      [...new Set(identities[relation])]
        .map((value) => order.get(value))
        .filter((index) => index !== undefined)
        .sort((a, b) => a - b)
        .map(letter),
    );
    columns.set(
      relation,
      letters.map((each) => each.join(' ')),
    );
  }
  return columns;
}

/** A bare value is what another file calls it; where none does, a CiphertextBlob. */
function namingBareValues(files: readonly NamedIdentities[]): readonly Identities[] {
  const valuesOf = (relation: Relation): ReadonlySet<string> =>
    new Set(files.flatMap(({ identities }) => identities[relation] ?? []));
  const [exports, blobs] = [valuesOf('ExportedDataKey'), valuesOf('CiphertextBlob')];
  return files.map(({ identities }) => {
    const { Bare } = identities;
    if (Bare === undefined) return identities;
    const isExport = exports.has(Bare);
    const isBlob = blobs.has(Bare) || !isExport;
    return {
      ...(isExport && { ExportedDataKey: [Bare] }),
      ...(isBlob && { CiphertextBlob: [Bare] }),
    };
  });
}

/** A, B, …, Z, A1, B1, … */
function letter(index: number): string {
  const round = Math.floor(index / 26);
  return `${String.fromCharCode(0x41 + (index % 26))}${round === 0 ? '' : round}`;
}
