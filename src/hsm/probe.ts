import { makeSessionPair } from './key-pair.ts';
import type { TokenSession } from './session.ts';
import { unwrappedAlgorithms } from './unwrap-inside.ts';
import { CryptokiFailure } from './cryptoki/calls.ts';
import { openSessionKey } from './wrapping-key.ts';

/**
 * The names of the wrapping algorithms that a token unwraps, each tried with a throw-away key under a pair of the session.
 *
 * @returns undefined where the token makes no such pairs, so that nothing could be tried
 */
export async function probeAlgorithms(at: TokenSession): Promise<string[] | undefined> {
  try {
    const { privateKey, publicKey } = await makeSessionPair(at);
    const key = await openSessionKey(at, privateKey, publicKey);
    return (await unwrappedAlgorithms(key)).map(({ name }) => name);
  } catch (error) {
    if (error instanceof CryptokiFailure) return undefined;
    throw error;
  }
}
