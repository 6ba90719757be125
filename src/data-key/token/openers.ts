import { kmsxError } from '../../base/error.ts';
import { CryptokiFailure } from '../../hsm/cryptoki/calls.ts';
import { makeSessionPair } from '../../hsm/key-pair.ts';
import type { TokenSession } from '../../hsm/session.ts';
import { nameOf } from '../../hsm/tokens.ts';
import { unwrappedAlgorithms } from '../../hsm/unwrap-inside.ts';
import type { TokenWrappingKey } from '../../hsm/wrapping-key.ts';
import { openSessionKey, wrappingPublicKeyOf } from '../../hsm/wrapping-key.ts';
import type { WrappingAlgorithm } from '../../wrapping/algorithms.ts';
import type { BackupSource } from '../backup-source.ts';
import type { ComparableKey } from '../comparable-key.ts';
import { comparableCheckValues } from '../comparable-key.ts';
import { reexport } from '../reexport.ts';
import type { WrappedDataKey } from '../unwrap.ts';
import type { BackupOpener, ExportOpener } from '../verify/opener.ts';
import { openInToken } from './open.ts';

/** Opens exports in the token that has the private key: the data key stays there, and its check values come out. */
export function openerInToken(key: TokenWrappingKey): ExportOpener {
  return { fingerprint: key.publicKey.fingerprint, open: (wrapped) => openAndForget(key, wrapped) };
}

/**
 * Opens backups by one one-time pair that the token makes for the session: no data key is in the clear outside KMS and the
 * token.
 *
 * @returns undefined where the token makes no such pairs, or does not unwrap with them
 */
export async function backupOpenerInToken(at: TokenSession): Promise<BackupOpener | undefined> {
  const key = await oneTimeKeyInToken(at);
  if (key === undefined) return undefined;
  const algorithms = await unwrappedAlgorithms(key);
  const [roomiest] = algorithms.toSorted((a, b) => b.maxDataKeyBytes - a.maxDataKeyBytes);
  if (roomiest === undefined) return undefined;
  const publicKey = wrappingPublicKeyOf(key, 'the one-time key');
  return async (source, kms) => {
    const algorithm = algorithmFor(algorithms, roomiest, source);
    const { entry, keyId, keyVersionId } = await reexport(source, { publicKey, algorithm }, kms);
    const dataKey = await openAndForget(key, {
      exportedDataKey: entry.ExportedDataKey,
      algorithm,
      ...(source.NumberOfBytes !== undefined && { numberOfBytes: source.NumberOfBytes }),
    });
    return { dataKey, keyId, keyVersionId, requestId: entry.RequestId };
  };
}

async function oneTimeKeyInToken(at: TokenSession): Promise<TokenWrappingKey | undefined> {
  try {
    const { privateKey, publicKey } = await makeSessionPair(at);
    return await openSessionKey(at, privateKey, publicKey);
  } catch (error) {
    if (error instanceof CryptokiFailure) return undefined;
    throw error;
  }
}

/** The first that the token takes and that carries the data key; of unknown length, the one that carries most. */
function algorithmFor(
  algorithms: readonly WrappingAlgorithm[],
  roomiest: WrappingAlgorithm,
  { NumberOfBytes }: BackupSource,
): WrappingAlgorithm {
  if (NumberOfBytes === undefined) return roomiest;
  return algorithms.find(({ maxDataKeyBytes }) => NumberOfBytes <= maxDataKeyBytes) ?? roomiest;
}

async function openAndForget(
  key: TokenWrappingKey,
  wrapped: WrappedDataKey,
): Promise<ComparableKey> {
  const { call, session, token } = key.at;
  const { object, checkValues } = await openInToken(key, wrapped);
  await call('destroyObject', { session, object });
  if (checkValues.length === 0) {
    throw kmsxError(
      'token-cannot-check',
      `the token ${nameOf(token)} computes no check value of a key of this length`,
    );
  }
  return comparableCheckValues(checkValues, wrapped.numberOfBytes);
}
