import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import type { EncryptedKey } from './encryption.ts';
import { required } from './algorithm-identifier.ts';
import type { Passphrase } from './passphrase.ts';

/** A private key in its file, found to be one that can be opened here. */
export interface SealedKey {
  /** Whether this is the passphrase, where the file can tell: by the MAC of PKCS#12. */
  verify?(passphrase: Passphrase): Promise<boolean>;
  /** Throws for a wrong passphrase, or for damage. */
  open(passphrase: Passphrase | undefined): KeyObject | Promise<KeyObject>;
  /** Overwrites the copies of the key that were made to read it. */
  dispose(): void;
}

/** Opens a PrivateKeyInfo that is encrypted. */
export function openEncryptedKey(key: EncryptedKey): SealedKey['open'] {
  return async (passphrase) => {
    const der = await key.decrypt(required(passphrase));
    try {
      return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    } finally {
      der.fill(0);
    }
  };
}
