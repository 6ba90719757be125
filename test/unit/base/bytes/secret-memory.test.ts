import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../../../src', import.meta.url));

/** Where the bytes of keys, components and passphrases pass through. */
const SECRET_PLACES = [
  ...sourcesIn('wrapping'),
  ...sourcesIn('data-key/custody'),
  ...['unwrap', 'recover', 'one-time-export'].map((name) => `data-key/${name}.ts`),
  ...sourcesIn('commands/shared/data-key'),
  'commands/shared/passphrase.ts',
  'documents/component-document.ts',
  'documents/secret-field.ts',
  'terminal/prompt.ts',
  'base/bytes/base64-bytes.ts',
  'base/bytes/secret-encoding.ts',
];

/** What Node keeps in the heap of V8 up to 64 bytes; an empty one and a view hold nothing there. */
const IN_HEAP = /Buffer\.alloc(?:UnsafeSlow)?\((?!0\))|new (?:Uint8Array|Buffer)\((?!\w+\.buffer)/;

function sourcesIn(folder: string): string[] {
  return readdirSync(join(SRC, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}

it.each([
  ['Buffer.alloc(32)', true],
  ['Buffer.allocUnsafeSlow(length)', true],
  ['new Uint8Array(key)', true],
  ['Buffer.alloc(0)', false],
  ['new Uint8Array(copy.buffer, 0, 3)', false],
  ['secretBuffer(32)', false],
])('is told from other memory: %s', (code, isInHeap) => {
  expect(IN_HEAP.test(code)).toBe(isInHeap);
});

it.each(SECRET_PLACES)('holds no secret in the heap of V8: %s', (name) => {
  expect(readFileSync(join(SRC, name), 'utf8')).not.toMatch(IN_HEAP);
});
