import { expect, it } from 'vitest';
import { NameTable } from '../../../../src/batch/manifest/name-table.ts';

it('takes each name once, and says which line has it', () => {
  const table = new NameTable();
  const names = Array.from({ length: 20_000 }, (_, index) => `name-${index}`);
  for (const [index, name] of names.entries()) {
    expect(table.take(name, index + 1), name).toBeUndefined();
  }
  for (const [index, name] of names.entries()) expect(table.take(name, 99_999)).toBe(index + 1);
});
