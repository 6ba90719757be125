import { decodeBase64 } from '../../base/bytes/bytes.ts';
import type { RandomBytes } from '../identifiers.ts';
import { assertEnabled, authorizeUnlessHidden, isReachable } from '../keys/key-lookup.ts';
import type { FoundVersion } from '../state/key-store.ts';
import type { OperationContext } from '../operations/operation.ts';
import type { KmsRefusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { SymmetricKeySpec } from '../state/key-spec.ts';
import type { KmsKey } from '../state/state.ts';
import { isSymmetric, primaryVersion } from '../state/state.ts';
import { openGcm, sealGcm } from './aes-gcm.ts';
import type { SymmetricEncryption } from './encryption-context.ts';
import { openSm4, sealSm4 } from './sm4-hmac.ts';

const VERSION_ID_BYTES = 36;

/** How keys of a spec encrypt: authenticated, with the encryption context as additional authenticated data. */
const CIPHERS = {
  Aliyun_AES_256: { seal: sealGcm, open: openGcm },
  Aliyun_AES_192: { seal: sealGcm, open: openGcm },
  Aliyun_AES_128: { seal: sealGcm, open: openGcm },
  Aliyun_SM4: { seal: sealSm4, open: openSm4 },
} as const satisfies Readonly<
  Record<SymmetricKeySpec, { readonly seal: typeof sealGcm; readonly open: typeof openGcm }>
>;

/**
 * Seals bytes under the primary version of a symmetric KMS key. The blob is base64 of the KeyVersionId (36 ASCII
 * characters) and what the cipher of the key's spec makes.
 *
 * @param encryption - from `readEncryptionContext`; its context is authenticated, not stored
 * @throws KmsRefusal `UnsupportedOperation` for an asymmetric key, `Rejected.STATE` for one that is not enabled
 */
export function sealBlob(
  key: KmsKey,
  plaintext: Buffer,
  { additionalData }: SymmetricEncryption,
  randomBytes: RandomBytes,
): string {
  if (!isSymmetric(key)) throw refusal('UnsupportedOperation');
  assertEnabled(key);
  const { keyVersionId, material } = primaryVersion(key);
  const sealed = CIPHERS[key.keySpec].seal(material, plaintext, additionalData, randomBytes);
  return Buffer.concat([Buffer.from(keyVersionId, 'ascii'), sealed]).toString('base64');
}

/** The content of a blob, and which version of which key opened it. The caller overwrites the plaintext. */
export interface OpenedBlob extends FoundVersion {
  readonly plaintext: Buffer;
}

/**
 * Opens what `sealBlob` sealed. Every fault in the blob, its key or its context is refused alike.
 *
 * @param encryption - from `readEncryptionContext`
 * @param action - what the caller must be allowed to do to the key: `kms:Decrypt`
 * @throws KmsRefusal `InvalidParameter`, also for another account's key that the caller may not use;
 * `Forbidden.NoPermission`; `Rejected.STATE` for a key that is not enabled
 */
export function openBlob(
  context: OperationContext,
  blob: string,
  encryption: SymmetricEncryption,
  action: string,
): OpenedBlob {
  const bytes = decodeBase64(blob) ?? Buffer.alloc(0);
  const versionId = bytes.toString('latin1', 0, VERSION_ID_BYTES);
  const key = context.store.findKeyOfVersion(versionId);
  if (key === undefined || !isSymmetric(key)) throw refusal('InvalidParameter');
  if (!isReachable(key, context)) throw refusal('InvalidParameter');
  const notFound = (): KmsRefusal => refusal('InvalidParameter');
  authorizeUnlessHidden(context.caller, action, key, notFound, encryption);
  assertEnabled(key);
  const version = key.versions.find((candidate) => candidate.keyVersionId === versionId);
  if (version === undefined) throw refusal('InvalidParameter');
  const sealed = bytes.subarray(VERSION_ID_BYTES);
  const { additionalData } = encryption;
  const plaintext = CIPHERS[key.keySpec].open(version.material, sealed, additionalData);
  if (plaintext === undefined) throw refusal('InvalidParameter');
  return { key, version, plaintext };
}
