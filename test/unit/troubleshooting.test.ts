import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { troubleshootingPage } from '../../scripts/troubleshooting-page.ts';
import { ERROR_CODES } from '../../src/base/error-codes.ts';
import { exitCodeOf } from '../../src/terminal/exit-codes.ts';
import { KMS_ERRORS } from '../../src/answers/error-table/table.ts';
import { FAULTS } from '../../src/network/faults.ts';

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');

/** The cells of the rows whose first cell is that code. */
function rowsOf(code: string): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`| \`${code}\` `))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
}

describe('docs/troubleshooting.md', () => {
  test('is what the tables of errors give: npm run troubleshooting', async () => {
    expect(page).toBe(await troubleshootingPage());
  });

  test.each(Object.entries(KMS_ERRORS))(
    'has %s once, with its exit code and what to type',
    (code, facts) => {
      const rows = rowsOf(code);
      expect(rows).toHaveLength(1);
      expect(rows[0]?.[1]).toBe(String(exitCodeOf(facts.kind)));
      expect(rows[0]?.[3]?.replaceAll('\\', '')).toBe(facts.hint);
    },
  );

  test.each(Object.entries(ERROR_CODES))(
    "has kmsx's own %s once, under its exit code",
    (code, { kind, meaning }) => {
      const rows = rowsOf(code);
      expect(rows).toHaveLength(1);
      expect(rows[0]?.[1]?.replaceAll('\\', '')).toBe(meaning);
      expect(rows[0]?.[2]).not.toBe('');
      const section =
        page
          .slice(0, page.indexOf(`\n| \`${code}\` `))
          .split('\n### ')
          .at(-1) ?? '';
      expect(section).toMatch(new RegExp(`^Exit code ${exitCodeOf(kind)}: ${kind}\n`));
    },
  );

  test.each(Object.keys(FAULTS))('has what the network says as %s', (reason) => {
    expect(rowsOf(reason)).toHaveLength(1);
  });

  test('leaves no gap where an error tells more', () => {
    expect(page).not.toMatch(/undefined|unset \||write =|process {2}to/);
  });
});
