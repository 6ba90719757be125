import { expect, it } from 'vitest';
import { commandLine } from '../../../../src/commands/shared/view/command-line.ts';

it('takes no file for an option, as an operand or a value, and leaves out what is not given', () => {
  const line = commandLine(
    ['combine', 'a b', '-fostolen', '--check-value-only'],
    [
      ['--in', '-v'],
      ['--out', '-'],
      ['--against', ['x', '--force']],
      ['--region', undefined],
      ['--dry-run', true],
      ['--bind', false],
    ],
  );
  expect(line).toBe(
    "kmsx combine 'a b' ./-fostolen --check-value-only --in=-v --out - --against x --against=--force --dry-run",
  );
});
