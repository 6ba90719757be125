import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReporter } from '../../../src/terminal/reporter.ts';
import { testIo } from '../../support/test-io.ts';
import { refused } from '../../support/kms/refusals.ts';

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Words with what a terminal does not show as itself. */
const word = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u200e', '\u061c', '\u200b', '\ufeff', '\u00ad', '\u{e0001}', '\udc00'),
    ),
  )
  .map((parts) => parts.join(''));

describe('what is said on stderr', () => {
  it.each(['text', 'json'] as const)(
    'shows all of itself, whatever its words are: %s',
    async (errorFormat) => {
      await fc.assert(
        fc.asyncProperty(word, word, async (one, other) => {
          const io = testIo();
          const options = { quiet: false, verbose: true, color: 'never', errorFormat } as const;
          const reporter = createReporter(io, options);
          const said = { requestId: one, message: one, hints: [other, one] };
          await reporter.error(refused(other, said));
          await reporter.warn(one);
          await reporter.note(one);
          await reporter.detail(one);
          const lines = io.stderrText().split('\n');
          expect(lines.filter((line) => INVISIBLE.test(line))).toEqual([]);
          expect(lines).toHaveLength(errorFormat === 'json' ? 5 : 7);
          for (const line of errorFormat === 'json' ? lines.slice(0, -1) : []) {
            expect(() => JSON.parse(line) as unknown).not.toThrow();
          }
        }),
      );
    },
  );
});
