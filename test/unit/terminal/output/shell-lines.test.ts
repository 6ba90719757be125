import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellWord } from '../../../../src/base/text/shell-word.ts';
import { shellLines } from '../../../../src/terminal/output/shell-lines.ts';

it('keeps an option with its value, and goes on after a backslash', () => {
  const command = 'kmsx verify-key --in E.json --privkey PRIVATE_KEY --against A.json --dry-run';
  expect(shellLines(command, 50)).toEqual([
    'kmsx verify-key --in E.json \\',
    '    --privkey PRIVATE_KEY --against A.json \\',
    '    --dry-run',
  ]);
});

it('is the same command to a shell, whatever its words hold', () => {
  const text = fc.string({ maxLength: 12 }).filter((each) => !/[\0\n]/.test(each));
  const words = fc.array(text, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(words, fc.integer({ min: 20, max: 60 }), (values, width) => {
      const command = `printf '[%s]' ${values.map(shellWord).join(' ')}`;
      const wrapped = shellLines(command, width).join('\n');
      expect(execFileSync('sh', ['-c', wrapped]).toString()).toBe(
        values.map((value) => `[${value}]`).join(''),
      );
    }),
    { numRuns: 25, examples: [[["it's a  b", 'c "d" \\ e'], 20]] },
  );
});
