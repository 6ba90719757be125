import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { kmsxError } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { SECRET_PREFIX, STORE_PREFIX } from '../../../base/place-prefixes.ts';
import { nameOf } from '../../../backups/folder-place.ts';
import { makeProof } from '../../../backups/make-proof.ts';
import type { VerifyResult } from '../../../data-key/verify/verify-key.ts';
import type { ProofDocument } from '../../../documents/proof-document.ts';
import type { Io } from '../../../terminal/io.ts';
import { secretNameOf, storeNameOf } from '../../shared/backup/backup-places.ts';
import type { AskedBackup } from './witness.ts';

/** What proofs call a backup, as `drill` does: where it lies, and its name there. */
interface NamedPlace {
  readonly name: string;
  readonly placeId: string;
}

/**
 * Refuses `--proof` for backups that have no name.
 *
 * @throws KmsxError `bad-usage`
 */
export function assertProvable(against: readonly string[], proof: string | undefined): void {
  const nameless = against.find((place) => place === '-' || /^\/(?:dev|proc)\//.test(place));
  if (proof === undefined || nameless === undefined) return;
  throw kmsxError('bad-usage', `--proof needs backups with a name, and ${nameless} has none`, {
    hints: ['give --against a file, secret:NAME or store:NAME, as drill will find it'],
  });
}

/**
 * The proofs of the backups that match, as lines; none if one does not match.
 *
 * @throws KmsxError those of the source of the credentials
 */
export async function proofLines(
  result: VerifyResult,
  asked: readonly AskedBackup[],
  shown: { readonly hasExport: boolean },
  io: Io,
): Promise<Buffer | undefined> {
  if (result.Match !== true) return undefined;
  const proofs: ProofDocument[] = [];
  for (const [index, { backup, source, kms }] of asked.entries()) {
    const { KeyId, KeyVersionId, RequestId, NumberOfBytes, KeyCheckValues } =
      result.Backups[index] ?? {};
    if (KeyId === undefined || KeyVersionId === undefined || RequestId === undefined) continue;
    const { name, placeId } = await namedPlace(backup.place, io);
    const same = shown.hasExport
      ? ({ SameKeyAs: 'export', AssuranceBits: 128 } as const)
      : ({ SameKeyAs: 'check-value', AssuranceBits: result.AssuranceBits } as const);
    const opened = { keyId: KeyId, keyVersionId: KeyVersionId, requestId: RequestId };
    const proved = { name, placeId, source, ...opened, NumberOfBytes, KeyCheckValues, ...same };
    proofs.push(await makeProof(proved, kms, io.now()));
  }
  return Buffer.from(proofs.map((proof) => `${JSON.stringify(proof)}\n`).join(''));
}

export async function namedPlace(place: string, { cwd }: Pick<Io, 'cwd'>): Promise<NamedPlace> {
  const secret = secretNameOf(place);
  if (secret !== undefined) return { name: secret, placeId: SECRET_PREFIX };
  const stored = storeNameOf(place);
  if (stored !== undefined) return { name: stored, placeId: STORE_PREFIX };
  const path = absolutePath(cwd, place);
  return { name: nameOf(basename(path)), placeId: await realpath(dirname(path)) };
}
