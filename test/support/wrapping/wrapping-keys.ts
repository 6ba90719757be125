import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of test/keys: keys made for tests, and published: good for nothing else. */
export function testKeyPath(name: string): string {
  return fileURLToPath(new URL(`../../keys/${name}`, import.meta.url));
}

export function testKey(name: string): Buffer {
  return readFileSync(testKeyPath(name));
}

export const PUBKEY = testKeyPath('rsa-2048-pub.pem');
export const PRIVKEY = testKeyPath('rsa-2048-pkcs8.pem');
