import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, KmsxError, kmsxError } from '../base/error.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import { readError } from '../base/files/errors/read-error.ts';
import type { ProofDocument } from '../documents/proof-document.ts';
import { PROOF_FORMAT, readProofDocument } from '../documents/proof-document.ts';

/** What a proof says of the data key; the same for each proof of the same one. */
export type ProvedKey = Pick<
  ProofDocument,
  'KeyCheckValues' | 'NumberOfBytes' | 'CiphertextBlobFingerprint' | 'EncryptionContext'
> & { readonly Rehearsal?: true | undefined; readonly CreatedAt: string };

/** What is known of a backup from its proofs. */
export interface BackupProofs {
  /** When it was proved last; undefined where its proofs are of days to come. */
  readonly lastProved: Date | undefined;
  /** Each data key that it was proved to hold, with the first proof of it; more than one shows a change. */
  readonly keys: readonly ProvedKey[];
}

/** The proofs of a folder, or of a store. */
export interface KnownProofs {
  readonly of: (placeId: string, name: string) => BackupProofs | undefined;
  /** The names that were ever proved in a place. */
  readonly namesIn: (placeId: string) => readonly string[];
  /** What was passed over: damaged proofs, each with its file and line. */
  readonly damaged: readonly string[];
  /** How many proofs say that they will be made after now: they put no drill off. */
  readonly inFuture: number;
}

/** Where no proofs were given. */
export const NO_PROOFS: KnownProofs = {
  of: () => undefined,
  namesIn: () => [],
  damaged: [],
  inFuture: 0,
};

const PROOF_FILE = /^[^.].*\.jsonl?$/;

/**
 * Reads every proof in a folder's own `*.json` and `*.jsonl` files, as one document or one on each line; other documents are passed
 * over. Half a line at the end, as a killed run leaves it, is none, and so is a damaged proof.
 *
 * @param path - absolute
 * @param label - as the user named it
 * @throws KmsxError `file-missing`, `file-unreadable`; `document-format-unknown` for a proof of a later version
 */
export async function readProofs(path: string, label: string, now: Date): Promise<KnownProofs> {
  const { add, known } = proofsByName(now);
  for (const file of await proofFiles(path, label)) {
    try {
      for await (const proof of proofsIn(join(path, file), `${label}/${file}`)) add(proof);
    } catch (error) {
      throw readError(`${label}/${file}`, error);
    }
  }
  return known;
}

/** Reads proofs to their end; what is wrong with a damaged one is told in its place. */
export async function collectProofs(
  proofs: AsyncIterable<ProofDocument | KmsxError>,
  now: Date,
): Promise<KnownProofs> {
  const { add, known } = proofsByName(now);
  for await (const proof of proofs) add(proof);
  return known;
}

function proofsByName(now: Date): {
  /** Takes a proof, or what is wrong with a damaged one. */
  readonly add: (proof: ProofDocument | KmsxError) => void;
  readonly known: KnownProofs;
} {
  const places = new Map<string, Map<string, ProofsSoFar>>();
  const damaged: string[] = [];
  let inFuture = 0;
  return {
    add: (proof) => {
      if (proof instanceof KmsxError) {
        damaged.push(proof.message);
        return;
      }
      const isToCome = Date.parse(proof.CreatedAt) > now.getTime();
      if (isToCome) inFuture += 1;
      const names = places.get(proof.Place) ?? new Map<string, ProofsSoFar>();
      places.set(proof.Place, names);
      names.set(proof.Name, withProof(names.get(proof.Name), proof, isToCome));
    },
    known: {
      of: (placeId, name) => {
        const found = places.get(placeId)?.get(name);
        if (found === undefined) return undefined;
        const { last, keys } = found;
        return { lastProved: last === '' ? undefined : new Date(last), keys: [...keys.values()] };
      },
      namesIn: (placeId) => [...(places.get(placeId)?.keys() ?? [])],
      damaged,
      get inFuture() {
        return inFuture;
      },
    },
  };
}

interface ProofsSoFar {
  /** Empty where there is none. */
  readonly last: string;
  readonly keys: ReadonlyMap<string, ProvedKey>;
}

function withProof(
  known: ProofsSoFar | undefined,
  proof: ProofDocument,
  isToCome: boolean,
): ProofsSoFar {
  const { KeyCheckValues, NumberOfBytes, CreatedAt, Rehearsal } = proof;
  const { CiphertextBlobFingerprint, EncryptionContext } = proof;
  const keys = new Map(known?.keys);
  const blob = KeyCheckValues === undefined && { CiphertextBlobFingerprint, EncryptionContext };
  const key = JSON.stringify({ KeyCheckValues, NumberOfBytes, Rehearsal, ...blob });
  const first = keys.get(key);
  if (first === undefined || CreatedAt < first.CreatedAt) {
    const of = { CiphertextBlobFingerprint, EncryptionContext };
    keys.set(key, { KeyCheckValues, NumberOfBytes, CreatedAt, Rehearsal, ...of } as ProvedKey);
  }
  const before = known?.last ?? '';
  return { last: isToCome || CreatedAt < before ? before : CreatedAt, keys };
}

async function proofFiles(path: string, label: string): Promise<string[]> {
  try {
    const entries = await readdir(await realpath(path), { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && PROOF_FILE.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    throw readError(label, error);
  }
}

/** Proofs, and what is wrong with damaged ones. */
async function* proofsIn(path: string, label: string): AsyncGenerator<ProofDocument | KmsxError> {
  if (path.endsWith('.json')) {
    const text = await readFile(path, 'utf8');
    if (!text.includes(PROOF_WORD)) return;
    if (isJson(text)) {
      yield* proofOf(text, label);
      return;
    }
  }
  let number = 0;
  for await (const { text, isWhole } of linesOf(path)) {
    number += 1;
    const place = `${label}:${number}`;
    if (!text.includes(PROOF_WORD) || (!isWhole && !isJson(text))) continue;
    yield* proofOf(text, place);
  }
}

const PROOF_WORD = 'kmsx-proof/';

/**
 * The proof that a text holds, or what is wrong with it; nothing where it is another document.
 *
 * @throws KmsxError `document-format-unknown` for a proof of a later version
 */
export function* proofOf(text: string, label: string): Generator<ProofDocument | KmsxError> {
  try {
    const value = parseJson(text, label);
    const format = isJsonObject(value) ? value['Format'] : undefined;
    if (isJsonObject(value) && format === PROOF_FORMAT) yield readProofDocument(value, label);
    else if (String(format).startsWith(PROOF_WORD)) throw notProof(label);
  } catch (error) {
    if (!(error instanceof KmsxError) || hasCode(error, 'document-format-unknown')) throw error;
    yield error;
  }
}

function notProof(label: string): Error {
  return kmsxError('document-format-unknown', `${label} is a proof that this kmsx does not read`, {
    details: { format: 'it' },
  });
}

/** The lines of a file; the last is whole only where it has an end. */
async function* linesOf(
  path: string,
): AsyncGenerator<{ readonly text: string; readonly isWhole: boolean }> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { text, isWhole: true };
  }
  if (rest !== '') yield { text: rest, isWhole: false };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
