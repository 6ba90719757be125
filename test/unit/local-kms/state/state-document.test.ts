import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseState } from '../../../../src/local-kms/state/document/parse-state.ts';
import { formatState } from '../../../../src/local-kms/state/document/state-document.ts';
import { anyState } from '../../../support/local-kms/any-state.ts';

test('every state is read as it was written', () => {
  fc.assert(
    fc.property(anyState, (before) => {
      expect(parseState(formatState(before).toString('utf8'), 'state.json').state).toEqual(before);
    }),
    { numRuns: 30 },
  );
});

test('a state cut short anywhere is refused', () => {
  fc.assert(
    fc.property(anyState, fc.double({ min: 0, max: 0.999, noNaN: true }), (before, part) => {
      const document = formatState(before).toString('utf8').trimEnd();
      const cut = document.slice(0, Math.floor(document.length * part));
      expect(() => parseState(cut, 'state.json')).toThrow(
        expect.objectContaining({ code: 'state-malformed' }) as Error,
      );
    }),
  );
});
