import { createPrivateKey, createPublicKey } from 'node:crypto';
import { assertEnabled, findKey } from '../keys/key-lookup.ts';
import { requiredText } from '../request/read-parameter.ts';
import { refusal } from '../refusal.ts';
import { isSymmetric } from '../state/state.ts';
import type { Operation } from './operation.ts';

/** Gives out the public half of an asymmetric KMS key, as SubjectPublicKeyInfo in PEM. */
export const getPublicKey: Operation = {
  action: 'GetPublicKey',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
    const keyId = requiredText(parameters, 'KeyId');
    const keyVersionId = requiredText(parameters, 'KeyVersionId');
    const key = findKey(context, keyId, 'kms:GetPublicKey');
    if (isSymmetric(key)) throw refusal('UnsupportedOperation');
    assertEnabled(key);
    const version = key.versions.find((candidate) => candidate.keyVersionId === keyVersionId);
    if (version === undefined) throw refusal('Forbidden.KeyVersionNotFound');
    const privateKey = createPrivateKey({ key: version.material, format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
    return { KeyId: key.keyId, KeyVersionId: version.keyVersionId, PublicKey: publicKey };
  },
};
