import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { kmsxError } from '../base/error.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import type { ProofDocument } from '../documents/proof-document.ts';
import { PROOF_FORMAT, readProofDocument } from '../documents/proof-document.ts';
import { readError } from './folder-place.ts';

/** What a proof says of the data key; the same for each proof of the same one. */
export type ProvedKey = Pick<
  ProofDocument,
  'KeyCheckValues' | 'NumberOfBytes' | 'CiphertextBlobFingerprint' | 'EncryptionContext'
> & { readonly Rehearsal?: true | undefined; readonly CreatedAt: string };

/** What is known of a backup from its proofs. */
export interface BackupProofs {
  /** When it was proved last. */
  readonly lastProved: Date;
  /** Each data key that it was proved to hold, with the first proof of it; more than one shows a change. */
  readonly keys: readonly ProvedKey[];
}

/** The proofs of a folder, or of a store. */
export interface KnownProofs {
  readonly of: (placeId: string, name: string) => BackupProofs | undefined;
  /** The names that were ever proved in a place. */
  readonly namesIn: (placeId: string) => readonly string[];
}

/** Where no proofs were given. */
export const NO_PROOFS: KnownProofs = { of: () => undefined, namesIn: () => [] };

const PROOF_FILE = /^[^.].*\.jsonl?$/;

/**
 * Reads every proof in a folder's own `*.json` and `*.jsonl` files, as one document or one on each line; other documents are passed
 * over. Half a line at the end, as a killed run leaves it, is none.
 *
 * @param path - absolute
 * @param label - as the user named it
 * @throws KmsxError `file-missing`, `file-unreadable`; those of a damaged proof, with its file and line
 */
export async function readProofs(path: string, label: string): Promise<KnownProofs> {
  const { add, known } = proofsByName();
  for (const file of await proofFiles(path, label)) {
    try {
      for await (const proof of proofsIn(join(path, file), `${label}/${file}`)) add(proof);
    } catch (error) {
      throw readError(`${label}/${file}`, error);
    }
  }
  return known;
}

/** Reads proofs to their end. */
export async function collectProofs(proofs: AsyncIterable<ProofDocument>): Promise<KnownProofs> {
  const { add, known } = proofsByName();
  for await (const proof of proofs) add(proof);
  return known;
}

function proofsByName(): {
  readonly add: (proof: ProofDocument) => void;
  readonly known: KnownProofs;
} {
  const places = new Map<string, Map<string, ProofsSoFar>>();
  return {
    add: (proof) => {
      const names = places.get(proof.Place) ?? new Map<string, ProofsSoFar>();
      places.set(proof.Place, names);
      names.set(proof.Name, withProof(names.get(proof.Name), proof));
    },
    known: {
      of: (placeId, name) => {
        const found = places.get(placeId)?.get(name);
        return found && { lastProved: new Date(found.last), keys: [...found.keys.values()] };
      },
      namesIn: (placeId) => [...(places.get(placeId)?.keys() ?? [])],
    },
  };
}

interface ProofsSoFar {
  readonly last: string;
  readonly keys: ReadonlyMap<string, ProvedKey>;
}

function withProof(known: ProofsSoFar | undefined, proof: ProofDocument): ProofsSoFar {
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
  const last = known === undefined || known.last < CreatedAt ? CreatedAt : known.last;
  return { last, keys };
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

async function* proofsIn(path: string, label: string): AsyncGenerator<ProofDocument> {
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

function* proofOf(text: string, label: string): Generator<ProofDocument> {
  const value = parseJson(text, label);
  const format = isJsonObject(value) ? value['Format'] : undefined;
  if (isJsonObject(value) && format === PROOF_FORMAT) yield readProofDocument(value, label);
  else if (String(format).startsWith(PROOF_WORD)) throw notProof(label);
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
