import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import type { KeySpec } from './state.ts';

/** Whether bytes are the material of a KMS key of that spec: 32 bytes, or the private key as PKCS#8 in DER. */
export function isMaterialOf(keySpec: KeySpec, material: Buffer): boolean {
  if (keySpec === 'Aliyun_AES_256') return material.length === 32;
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' });
  } catch {
    return false;
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (keySpec) {
    case 'RSA_2048':
      return key.asymmetricKeyType === 'rsa' && modulusLength === 2048;
    case 'RSA_3072':
      return key.asymmetricKeyType === 'rsa' && modulusLength === 3072;
    case 'EC_P256':
      return namedCurve === 'prime256v1';
    case 'EC_P256K':
      return namedCurve === 'secp256k1';
  }
}
