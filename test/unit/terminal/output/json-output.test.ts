import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonLineForStdout } from '../../../../src/terminal/output/json-output.ts';
import { testIo } from '../../../support/test-io.ts';

const UNSEEN = '\u009b2J\u007f\u202e\u200b\u{e0001}';

it('a line of JSON for a terminal shows all of itself, and is the same JSON', () => {
  const io = testIo({ stdoutIsTerminal: true });
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const object = { value, text: `${text}${UNSEEN}` };
      const line = jsonLineForStdout(object, io).toString();
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(line.endsWith('\n')).toBe(true);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(object)));
    }),
  );
});

it('a line of JSON for a pipe or file is not changed', () => {
  const line = jsonLineForStdout({ text: UNSEEN }, testIo()).toString();
  expect(line).toBe(`${JSON.stringify({ text: UNSEEN })}\n`);
});
