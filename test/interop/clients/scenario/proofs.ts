/* The cryptography of the runner's own, against which the answers are held. */
import { execFileSync } from 'node:child_process';
import {
  constants,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSm2Ciphertext } from '../../../../src/wrapping/sm2/ciphertext.ts';
import type { Body } from '../protocol.ts';
import type { Saved } from './step.ts';
import { get, textAt } from './step.ts';

/** The hash of OAEP and of its MGF1, by name of the algorithm. */
const OAEP_HASHES: Readonly<Record<string, string>> = {
  RSAES_OAEP_SHA_256: 'sha256',
  RSAES_OAEP_SHA_1: 'sha1',
};

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The runner's wrapping key, SubjectPublicKeyInfo in base64 of the DER. */
export const PUBLIC_KEY_BLOB = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

/** Encrypts for a public key in PEM, or in base64 of the DER. */
export function encryptFor(key: string, algorithm: string, bytes: Buffer): string {
  const pem = key.startsWith('-----')
    ? key
    : `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----\n`;
  const oaepHash = OAEP_HASHES[algorithm];
  const padding =
    oaepHash === undefined
      ? { padding: constants.RSA_PKCS1_PADDING }
      : { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
  return publicEncrypt({ key: pem, ...padding }, bytes).toString('base64');
}

/** Encrypts for an SM2 public key in PEM by the openssl program, as 04‖C1‖C3‖C2. */
export function encryptForSm2(pem: string, bytes: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'kmsx-sm2-'));
  try {
    const key = join(folder, 'sm2.pem');
    writeFileSync(key, pem);
    const args = ['pkeyutl', '-encrypt', '-pubin', '-inkey', key];
    const der = execFileSync('openssl', args, { input: bytes, stdio: ['pipe', 'pipe', 'inherit'] });
    const [parts] = readSm2Ciphertext(der);
    if (parts?.form !== 'DER') throw new Error('openssl wrote another form');
    return Buffer.concat([parts.c1, parts.c3, parts.c2]).toString('base64');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Proves that what was exported is the data key that was saved, by opening it with the runner's private key. */
export function provesExport(algorithm: string, plaintext: string) {
  return (body: Body, saved: Saved): void => {
    const opened = openExported(algorithm, textAt(body, 'ExportedDataKey'));
    if (opened.toString('base64') !== get(saved, plaintext)) throw new Error('another data key');
  };
}

/** Opens what was exported to the runner's wrapping key, and keeps it for a later step. */
export function opensExport(algorithm: string, numberOfBytes: number, name: string) {
  return (body: Body, saved: Saved): void => {
    const opened = openExported(algorithm, textAt(body, 'ExportedDataKey'));
    if (opened.length !== numberOfBytes) throw new Error(`${opened.length} bytes`);
    saved.set(name, opened.toString('base64'));
  };
}

function openExported(algorithm: string, exportedDataKey: string): Buffer {
  const oaepHash = OAEP_HASHES[algorithm];
  if (oaepHash === undefined) throw new Error(`no hash for ${algorithm}`);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return privateDecrypt(
    { key: privateKey, padding, oaepHash },
    Buffer.from(exportedDataKey, 'base64'),
  );
}

/** Proves that a field is base64 of so many bytes. */
export function provesBytes(path: string, numberOfBytes: number) {
  return (body: Body): void => {
    const { length } = Buffer.from(textAt(body, path), 'base64');
    if (length !== numberOfBytes)
      throw new Error(`${path} has ${length} bytes, not ${numberOfBytes}`);
  };
}

/** Random bytes, base64. */
export function randomBase64(numberOfBytes: number): string {
  return randomBytes(numberOfBytes).toString('base64');
}
