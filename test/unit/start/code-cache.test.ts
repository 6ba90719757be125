import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commandOf,
  decodeCompiledCode,
  encodeCompiledCode,
} from '../../../src/start/code-cache.ts';

const codes = fc.record({
  source: fc.string({ maxLength: 300 }).map((text) => text.replaceAll(/[^ -~]/g, '?')),
  data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

describe('compiled code in a file', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(codes, (code) => {
        expect(decodeCompiledCode(encodeCompiledCode(code))).toEqual(code);
      }),
    );
  });

  it('is nothing once a byte is another, or bytes are missing or too many', () => {
    const damage = fc.oneof(
      fc.record({ at: fc.nat(), flip: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ cut: fc.nat() }),
      fc.record({ more: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
    );
    fc.assert(
      fc.property(codes, damage, (code, how) => {
        let file = encodeCompiledCode(code);
        if ('at' in how) {
          const at = how.at % file.length;
          file[at] = (file[at] ?? 0) ^ how.flip;
        } else if ('cut' in how) file = file.subarray(0, how.cut % file.length);
        else file = Buffer.concat([file, how.more]);
        expect(decodeCompiledCode(file)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});

it.each([
  [[], 'help'],
  [['--help'], 'help'],
  [['-h', '-V'], 'help'],
  [['export-key', '--key-id', 'alias/a'], 'export-key'],
  [['--quiet', 'list-keys'], 'list-keys'],
  [['../export-key'], 'help'],
  [['/etc/passwd', 'keygen'], 'keygen'],
] as const)('the command of %j has the cache %s', (argv, command) => {
  expect(commandOf(argv)).toBe(command);
});
