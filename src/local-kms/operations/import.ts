import { createHash, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { equalBytes } from '../../base/bytes/bytes.ts';
import { randomUuid } from '../identifiers.ts';
import { openImportToken, sealImportToken } from '../keys/import-token.ts';
import { decryptMaterial, readImportAlgorithm } from '../keys/import-wrapping.ts';
import { changeKey, findKey, unaliasedKeyId } from '../keys/key-lookup.ts';
import { formatDate } from '../keys/key-metadata.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import type { Parameters } from '../request/parameters.ts';
import { requiredBytes, requiredInteger, requiredText } from '../request/read-parameter.ts';
import { materialBytesOf } from '../state/key-spec.ts';
import type { KmsKey, SymmetricKey } from '../state/state.ts';
import { isSymmetric, withoutMaterial } from '../state/state.ts';
import type { OperationHandler } from './operation.ts';

const TOKEN_VALID_MS = 24 * 3_600_000;
const MAX_CIPHERTEXT_BYTES = 512;
const EXPIRY = 'KeyMaterialExpireUnix';

/** Returns a new public key for key material, and the token that belongs to it for 24 hours (help 68621). */
export const getParametersForImport: OperationHandler = async (parameters, context) => {
  const { store, now, randomBytes, keyPairs } = context;
  const keyId = unaliasedKeyId(parameters);
  const algorithm = readImportAlgorithm(parameters);
  const key = findKey(context, keyId, 'kms:GetParametersForImport');
  if (key.origin !== 'EXTERNAL') throw refusal('Unsupported.Origin');
  // KMS instances do not offer SHA-1.
  if (key.instanceId !== undefined && algorithm === 'RSAES_OAEP_SHA_1') {
    throw refusal('UnsupportedOperation');
  }
  const { publicKey, privateKey } = await keyPairs.run(() =>
    promisify(generateKeyPair)('rsa', { modulusLength: 2048, publicExponent: 65537 }),
  );
  const expiresAt = new Date(now().getTime() + TOKEN_VALID_MS);
  const content = { algorithm, expiresAt, privateKey };
  return {
    KeyId: key.keyId,
    ImportToken: sealImportToken(store.state.importTokenKey, key.keyId, content, randomBytes),
    PublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    TokenExpireTime: formatDate(expiresAt),
  };
};

/**
 * Imports the material of a KMS key of Origin EXTERNAL (help 68622). After the first time only the same material is
 * accepted, under the same KeyVersionId, so that what the key encrypted can be decrypted again.
 */
export const importKeyMaterial: OperationHandler = async (parameters, context) => {
  const { store, now, randomBytes } = context;
  const keyId = unaliasedKeyId(parameters);
  const ciphertext = requiredBytes(parameters, 'EncryptedKeyMaterial', MAX_CIPHERTEXT_BYTES);
  const token = requiredText(parameters, 'ImportToken');
  const expiresAt = readExpiry(parameters, now());
  const key = findKey(context, keyId, 'kms:ImportKeyMaterial');
  assertAcceptsMaterial(key);
  const opened = openImportToken(store.state.importTokenKey, key.keyId, token, now());
  const length = materialBytesOf(key.keySpec);
  const material = decryptMaterial(opened.algorithm, opened.privateKey, ciphertext, length);
  // Material that cannot be decrypted takes the same path, and as long, as material that is not the key's.
  const digest = createHash('sha256')
    .update(material ?? Buffer.alloc(length))
    .digest();
  const isSame = isSameMaterial(key, digest);
  if (material === undefined || !isSame) {
    material?.fill(0);
    throw refusal('InvalidKeyMaterial');
  }
  await changeKey(context, keyId, 'kms:ImportKeyMaterial', (current) => {
    assertAcceptsMaterial(current);
    if (!isSameMaterial(current, digest)) throw refusal('InvalidKeyMaterial');
    const { imported, keyState, versions } = current;
    const keyVersionId = imported?.keyVersionId ?? randomUuid(randomBytes);
    const createdAt = versions.at(-1)?.createdAt ?? now();
    return {
      ...current,
      keyState: keyState === 'PendingImport' ? 'Enabled' : keyState,
      versions: [{ keyVersionId, createdAt, material }],
      imported: { keyVersionId, digest, ...(expiresAt !== undefined && { expiresAt }) },
    };
  });
  return {};
};

/** Deletes the imported material of a KMS key. The key stays and accepts the same material again. */
export const deleteKeyMaterial: OperationHandler = async (parameters, context) => {
  await changeKey(context, unaliasedKeyId(parameters), 'kms:DeleteKeyMaterial', (key) => {
    if (key.origin !== 'EXTERNAL') throw refusal('Unsupported.Origin');
    return withoutMaterial(key);
  });
  return {};
};

/** Whether a digest is that of the material that the key accepts: any the first time, then the same. */
function isSameMaterial({ imported }: KmsKey, digest: Buffer): boolean {
  return equalBytes(imported?.digest ?? digest, digest);
}

function assertAcceptsMaterial(key: KmsKey): asserts key is SymmetricKey {
  if (key.origin !== 'EXTERNAL' || !isSymmetric(key)) throw refusal('Unsupported.Origin');
  if (key.keyState === 'PendingDeletion') throw refusal('Rejected.StateModifiedFailed');
}

/** In seconds since 1970; 0 means never. */
function readExpiry(parameters: Parameters, now: Date): Date | undefined {
  const seconds = requiredInteger(parameters, EXPIRY, 0, 9_999_999_999);
  if (seconds === 0) return undefined;
  const expiresAt = new Date(1000 * seconds);
  if (expiresAt.getTime() <= now.getTime()) throw invalidParameter(EXPIRY);
  return expiresAt;
}
