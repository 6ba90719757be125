/*
 * RSA pairs of 2048 bits take a quarter of a second of a core each, and these tests ask for four hundred: after the
 * first twelve a process gets those again, one after the other. Tests of real processes make their own.
 */
import type { KeyPairKeyObjectResult } from 'node:crypto';
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

type Make = (type: string, options: Readonly<Record<string, unknown>>) => Promise<unknown>;

const ENOUGH = 12;
const known = Symbol.for('kmsx few RSA pairs');

if (!(known in globalThis)) {
  const pairs: Promise<KeyPairKeyObjectResult>[] = [];
  Object.assign(globalThis, { [known]: pairs });
  const make = promisify(generateKeyPair) as Make;
  let turn = 0;
  const makeOrGive: Make = (type, options) => {
    const isUsual = type === 'rsa' && options['modulusLength'] === 2048;
    const hasUsualExponent = (options['publicExponent'] ?? 65537) === 65537;
    if (!isUsual || !hasUsualExponent || 'publicKeyEncoding' in options) return make(type, options);
    const at = turn++ % ENOUGH;
    return (pairs[at] ??= make(type, options) as Promise<KeyPairKeyObjectResult>);
  };
  Object.assign(generateKeyPair, { [promisify.custom]: makeOrGive });
}
