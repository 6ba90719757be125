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
    ExportedDataKey: keys.map((each) => each['ExportedDataKeyFingerprint']),
    KeyCheckValue: checkValues,
    KmsKey: [facts['KeyId']],
    WrappingKey: keys.map((each) => each['PublicKeyFingerprint']),
  };
  const texts = RELATIONS.flatMap((relation): [string, string[]][] => {
    const values = found[relation].filter((value) => typeof value === 'string');
    return values.length === 0 ? [] : [[relation, values]];
  });
  const { Type, Fingerprint } = facts;
  const isBare = Type === BARE_CIPHERTEXT && typeof Fingerprint === 'string';
  return { ...Object.fromEntries(texts), ...(isBare && { Bare: Fingerprint }) };
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

/** The other files that have a value in common with one file; a relation without any is left out. */
export type Belonging = Readonly<Partial<Record<`Same${Relation}As`, readonly string[]>>>;

/**
 * Finds which files belong together: for each file, and each relation, the other files with the same value. It
 * compares what the files say; that the blobs hold the same data key only KMS can prove (`verify-key`).
 */
export function relate(files: readonly NamedIdentities[]): Belonging[] {
  const known = namingBareValues(files);
  return known.map((own, index) =>
    Object.fromEntries(
      RELATIONS.flatMap((relation) => {
        const others = files.filter(
          (_, other) =>
            other !== index && haveCommon(own[relation], known[other]?.[relation] ?? []),
        );
        if (others.length === 0) return [];
        return [[`Same${relation}As`, others.map(({ file }) => file)]];
      }),
    ),
  );
}

/** The result of `inspect`: one entry for each file, in order. */
export function inspectedFiles(inspected: readonly NamedInspection[]): InspectedFile[] {
  const belonging = relate(inspected);
  return inspected.map(({ file, facts }, index) => ({ File: file, ...facts, ...belonging[index] }));
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
    const all = known.flatMap((identities) => [...new Set(identities[relation])]);
    const shared = [...new Set(all)].filter((value) => all.indexOf(value) < all.lastIndexOf(value));
    if (shared.length === 0) continue;
    const letters = known.map((identities) =>
      shared.flatMap((value, index) =>
        identities[relation]?.includes(value) === true ? [letter(index)] : [],
      ),
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
  const isNamed = (relation: Relation, value: string): boolean =>
    files.some(({ identities }) => identities[relation]?.includes(value) === true);
  return files.map(({ identities }) => {
    const { Bare } = identities;
    if (Bare === undefined) return identities;
    const isExport = isNamed('ExportedDataKey', Bare);
    const isBlob = isNamed('CiphertextBlob', Bare) || !isExport;
    return {
      ...(isExport && { ExportedDataKey: [Bare] }),
      ...(isBlob && { CiphertextBlob: [Bare] }),
    };
  });
}

function haveCommon(own: readonly string[] | undefined, others: readonly string[]): boolean {
  return own?.some((value) => others.includes(value)) === true;
}

/** A, B, …, Z, A1, B1, … */
function letter(index: number): string {
  const round = Math.floor(index / 26);
  return `${String.fromCharCode(0x41 + (index % 26))}${round === 0 ? '' : round}`;
}
