import type { SecretBytes } from '../../../base/bytes/secret-bytes.ts';

/** Takes plaintext keys, a file each. */
export interface KeyFolder {
  /** Resolves when the key is on stable storage. */
  write(name: string, dataKey: SecretBytes): Promise<void>;
}
