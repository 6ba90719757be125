import rc2 from 'node-forge/lib/rc2.js';
import util from 'node-forge/lib/util.js';
import { secretCopy } from '../../base/bytes/secret-bytes.ts';

/**
 * Decrypts RC2 in CBC mode (RFC 2268) with node-forge, through strings that nothing can overwrite: no OpenSSL that Node
 * comes with has RC2.
 *
 * @throws Error for wrong padding
 */
export function decryptRc2(
  { key, iv, keyBits }: { key: Buffer; iv: Buffer; keyBits: number },
  data: Buffer,
): Buffer {
  const bytes = (from: Buffer) => util.createBuffer(from.toString('latin1'));
  const cipher = rc2.createDecryptionCipher(key.toString('latin1'), keyBits);
  cipher.start(bytes(iv));
  cipher.update(bytes(data));
  if (!cipher.finish()) throw new Error('wrong padding');
  const plaintext = Buffer.from(cipher.output.getBytes(), 'latin1');
  const copy = secretCopy(plaintext);
  plaintext.fill(0);
  return copy;
}
