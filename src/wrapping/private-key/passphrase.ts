import { kmsxError } from '../../base/error.ts';
import type { SecretBytes } from '../../base/secret-bytes.ts';

/** OpenSSL's limit (PEM_BUFSIZE); with more, Node says that there was no passphrase. */
const MAX_PASSPHRASE_BYTES = 1024;

/**
 * Asserts that a private key can be encrypted or decrypted with the passphrase: 1 to 1024 bytes.
 *
 * @throws KmsxError `passphrase-malformed`
 */
export function assertUsablePassphrase(passphrase: SecretBytes): void {
  if (passphrase.length === 0) {
    throw kmsxError('passphrase-malformed', 'the passphrase is empty');
  }
  if (passphrase.length > MAX_PASSPHRASE_BYTES) {
    throw kmsxError(
      'passphrase-malformed',
      `the passphrase is longer than ${MAX_PASSPHRASE_BYTES} bytes`,
    );
  }
}
