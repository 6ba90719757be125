import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { sealImportToken } from '../keys/import-token.ts';
import { readImportAlgorithm } from '../keys/import-wrapping.ts';
import { findKey } from '../keys/key-lookup.ts';
import { formatDate } from '../keys/key-metadata.ts';
import { refusal } from '../refusal.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
import type { Operation } from './operation.ts';

const VALID_MS = 24 * 3_600_000;

/** Gives out a new public key for key material, and the token that goes with it for 24 hours (help 68621). */
export const getParametersForImport: Operation = {
  action: 'GetParametersForImport',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    const { store, now, randomBytes, keyPairs } = context;
    const keyId = unaliasedKeyId(parameters);
    const algorithm = readImportAlgorithm(parameters);
    const key = findKey(context, keyId, 'kms:GetParametersForImport');
    if (key.origin !== 'EXTERNAL') throw refusal('Unsupported.Origin');
    // KMS instances do not have this one.
    if (key.instanceId !== undefined && algorithm === 'RSAES_OAEP_SHA_1') {
      throw refusal('UnsupportedOperation');
    }
    const { publicKey, privateKey } = await keyPairs.run(() =>
      promisify(generateKeyPair)('rsa', { modulusLength: 2048, publicExponent: 65537 }),
    );
    const expiresAt = new Date(now().getTime() + VALID_MS);
    const content = { algorithm, expiresAt, privateKey };
    return {
      KeyId: key.keyId,
      ImportToken: sealImportToken(store.state.importTokenKey, key.keyId, content, randomBytes),
      PublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      TokenExpireTime: formatDate(expiresAt),
    };
  },
};
