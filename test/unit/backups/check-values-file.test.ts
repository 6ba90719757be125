import { describe, expect, it } from 'vitest';
import { readCheckValuesFile } from '../../../src/backups/check-values-file.ts';
import { refusalOf } from '../../support/documents.ts';

const ECB = { Method: 'AES-ECB-ZERO', Value: '00112233'.slice(0, 6) };
const LABEL = { Method: 'AES-CMAC-LABEL', Value: 'ab'.repeat(16) };

describe('a file of check values', () => {
  it('has lines of text and of JSON, names with spaces, several values, comments and a byte order mark', () => {
    const text = [
      '\ufeff# of the ceremonies',
      '',
      `payments ecb:001122 label:${'AB'.repeat(16)}`,
      'two words  ecb:001122\r',
      JSON.stringify({ Format: 'kmsx-proof/1', Name: 'cards', KeyCheckValues: [LABEL] }),
      'cards ecb:001122',
    ].join('\n');
    expect([...readCheckValuesFile(text, 'f')]).toEqual([
      ['payments', [ECB, LABEL]],
      ['two words', [ECB]],
      ['cards', [LABEL, ECB]],
    ]);
  });

  it('is refused with all its mistakes, each with its line, and no value', () => {
    const secret = 'cd'.repeat(16);
    const text = ['payments', `cards label:${secret}00`, 'ok ecb:001122', '{"Name":"x"}'].join(
      '\n',
    );
    const error = refusalOf(() => readCheckValuesFile(text, 'values.txt'));
    expect(error).toMatchObject({ code: 'check-value-malformed', kind: 'usage' });
    for (const line of [1, 2, 4]) expect(error.message).toContain(`line ${line}:`);
    expect(error.message).not.toContain('line 3:');
    expect(error.message).not.toContain(secret);
  });

  it('tells five mistakes and counts the others', () => {
    const error = refusalOf(() => readCheckValuesFile('x\n'.repeat(9), 'f'));
    expect(error.message).toContain('line 5:');
    expect(error.message).toMatch(/and 4 more$/);
  });

  it('is refused where it has none', () => {
    expect(refusalOf(() => readCheckValuesFile('# nothing\n', 'f')).code).toBe(
      'check-value-malformed',
    );
  });
});
