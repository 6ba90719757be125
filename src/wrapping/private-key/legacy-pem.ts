import { createPrivateKey, getCipherInfo } from 'node:crypto';
import type { PemBlock } from '../pem.ts';
import { required } from './algorithm-identifier.ts';
import { isUsable } from './cipher.ts';
import { MalformedKeyFile, unreadable } from './encryption-refusal.ts';
import type { SealedKey } from './sealed-key.ts';

/** Of ciphers that the openssl program has in its legacy provider. */
const LEGACY_CIPHER = /^(?:DES-(?!EDE)|RC[245]-|BF-|CAST5?-|SEED-|IDEA-)/;
const MODES = new Set(['cbc', 'cfb', 'ofb', 'ctr']);

/**
 * A PEM block that is encrypted in OpenSSL's old way (RFC 1421 headers). Its headers say how; OpenSSL reads them.
 *
 * @returns what opens it
 * @throws EncryptionRefusal for a cipher that this Node does not have; MalformedKeyFile without one
 */
export function readLegacyPem(block: PemBlock): SealedKey['open'] {
  const headers = block.body.toString('latin1', 0, 512);
  const name = /^DEK-Info:\s*([\w-]{1,40})\s*,/im.exec(headers)?.[1]?.toUpperCase();
  if (name === undefined) throw new MalformedKeyFile();
  const mode = getCipherInfo(name)?.mode;
  if (!isUsable({ name, kind: 'cbc' }) || mode === undefined || !MODES.has(mode)) {
    throw unreadable(name, LEGACY_CIPHER.test(name) ? 'openssl-legacy' : 'its-maker');
  }
  return (passphrase) =>
    createPrivateKey({ key: block.whole, format: 'pem', passphrase: required(passphrase).utf8 });
}
