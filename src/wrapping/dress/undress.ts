import { createHash } from 'node:crypto';
import { CONTAINER_LAYERS } from './container-layers.ts';
import { ENCODING_LAYERS } from './encoding-layers.ts';
import { json } from './json-layers.ts';
import type { Layer, Opener } from './layer.ts';
import { javaKeystore } from './java-layers.ts';
import { openPgp } from './openpgp-layers.ts';
import { SSH_LAYERS } from './ssh-layers.ts';
import { TEXT_LAYERS } from './text-layers.ts';

/** The most telling first: each would also try what the others know. */
const PROGRAMS: readonly Opener[] = [
  json,
  ...SSH_LAYERS,
  openPgp,
  javaKeystore,
  ...CONTAINER_LAYERS,
];
const OPENERS: readonly Opener[] = [...PROGRAMS, ...TEXT_LAYERS, ...ENCODING_LAYERS];

/** As a variable with a name, quotes, escapes and base64 around PEM. */
const MOST_LAYERS = 5;

/** Something that was found under some layers, the outermost first. */
export interface Undressed<T> {
  readonly layers: readonly Omit<Layer, 'inner'>[];
  readonly found: T;
}

/** Text around a key is short; bytes of programs and JSON may be long. */
const LONGEST_TEXT = 64 * 1024;

/**
 * Looks under what may be around a key: encodings, quotes, names, JSON, and the forms of other programs. Layers that
 * were made to look are overwritten: a private key may be under them.
 *
 * @param judge - says what the bytes are; undefined: something may be around it
 * @returns all that is found under the first layer that has anything
 */
export function undress<T>(
  bytes: Buffer,
  judge: (bytes: Buffer) => T | undefined,
): readonly Undressed<T>[] {
  const seen = new Set<string>();
  const look = (inner: Buffer, depth: number): readonly Undressed<T>[] => {
    const found = judge(inner);
    if (found !== undefined) return [{ layers: [], found }];
    if (depth === 0 || isRepeated(inner, seen)) return [];
    for (const open of inner.length > LONGEST_TEXT ? PROGRAMS : OPENERS) {
      const under = open(inner).flatMap(({ inner: next, ...layer }) => {
        const results = look(next, depth - 1);
        next.fill(0);
        return results.map((each) => ({ ...each, layers: [layer, ...each.layers] }));
      });
      if (under.length > 0) return under;
    }
    return [];
  };
  return look(bytes, MOST_LAYERS);
}

/** Layers come off in any order: what is left is the same, and looked at once. */
function isRepeated(bytes: Buffer, seen: Set<string>): boolean {
  const digest = createHash('sha256').update(bytes).digest('base64');
  if (seen.has(digest)) return true;
  seen.add(digest);
  return false;
}
