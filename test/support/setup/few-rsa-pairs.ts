/*
 * RSA pairs of 2048 bits take a quarter of a second of a core each, and these tests ask for four hundred: after the
 * first eight a process gets those again, one after the other. Pairs of 4096 bits take seconds: they get that of
 * test/keys. Those of 3072 bits, which one test makes, and those of tests of real processes are made.
 */
import type { KeyPairKeyObjectResult } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { testKey } from '../wrapping/wrapping-keys.ts';

type Make = (type: string, options: Readonly<Record<string, unknown>>) => Promise<unknown>;

const ENOUGH = 8;
const known = Symbol.for('kmsx few RSA pairs');

function pairOf(file: string): KeyPairKeyObjectResult {
  const privateKey = createPrivateKey(testKey(file));
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

if (!(known in globalThis)) {
  const pairs: Promise<KeyPairKeyObjectResult>[] = [];
  Object.assign(globalThis, { [known]: pairs });
  const make = promisify(generateKeyPair) as Make;
  let turn = 0;
  const makeOrGive: Make = (type, options) => {
    const bits = options['modulusLength'];
    const isUsual = type === 'rsa' && (options['publicExponent'] ?? 65537) === 65537;
    if (!isUsual || 'publicKeyEncoding' in options) return make(type, options);
    if (bits === 4096) return Promise.resolve(pairOf('rsa-4096.pem'));
    if (bits !== 2048) return make(type, options);
    const at = turn++ % ENOUGH;
    return (pairs[at] ??= make(type, options) as Promise<KeyPairKeyObjectResult>);
  };
  Object.assign(generateKeyPair, { [promisify.custom]: makeOrGive });
}
