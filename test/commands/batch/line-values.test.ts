/* What a line of a batch says beside the options, and the files that it makes. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LineValues } from '../../../src/batch/manifest/fields.ts';
import { mergeValues } from '../../../src/commands/batch/common-values.ts';
import type { BatchPlaces } from '../../../src/commands/batch/places.ts';
import { lineFileJudge } from '../../../src/commands/batch/places.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const COMMON: LineValues = {
  KeyId: 'alias/x',
  Pubkey: ['common.pem'],
  ExpectFingerprint: ['SHA256:1'],
  KeySpec: 'AES_256',
  Context: { k: 'v' },
  ToContext: { k: 'v' },
  Privkey: 'common.key',
  ExpectCheckValue: ['ecb:1'],
};

it.each([
  ['nothing', {}, {}],
  ['a KMS key', { KeyId: 'alias/y' }, { KeyId: 'alias/y' }],
  // What was read aloud holds for every key that is sealed for.
  ['a public key', { Pubkey: ['a.pem'] }, { Pubkey: ['m/a.pem'] }],
  [
    'a public key and its fingerprint',
    { Pubkey: ['a.pem'], ExpectFingerprint: ['SHA256:2'] },
    { Pubkey: ['m/a.pem'], ExpectFingerprint: ['SHA256:2'] },
  ],
  ['a fingerprint', { ExpectFingerprint: ['SHA256:2'] }, { ExpectFingerprint: ['SHA256:2'] }],
  ['a size', { NumberOfBytes: '16' }, { NumberOfBytes: '16', KeySpec: undefined }],
  ['a context', { Context: {} }, { Context: {} }],
  ['a private key', { Privkey: 'a.key' }, { Privkey: 'm/a.key' }],
  ['a check value', { ExpectCheckValue: ['ecb:2'] }, { ExpectCheckValue: ['ecb:2'] }],
] as readonly (readonly [string, LineValues, LineValues])[])(
  'a line that says %s keeps all else that the options say',
  (_, line, changes) => {
    expect(mergeValues(COMMON, line, 'm/keys.jsonl')).toEqual({ ...COMMON, ...changes });
  },
);

describe('the file of a line', () => {
  const folder = useTempFolder();
  const at = (label: string): { path: string; label: string } => ({
    path: join(folder(), label),
    label,
  });
  const placesOf = (names: Partial<Record<keyof BatchPlaces, string>>): BatchPlaces => {
    const place = (name: string | undefined): ReturnType<typeof at> | undefined =>
      name === undefined ? undefined : at(name);
    return {
      out: place(names.out),
      outFolder: place(names.outFolder),
      backupFolder: place(names.backupFolder),
      keyFolder: place(names.keyFolder),
      journal: { ...at(names.journal ?? 'j'), list: undefined },
      keepsInStore: false,
      resultsAreBackups: false,
    };
  };

  it.each([
    [{ out: 'bd/k1.json', backupFolder: 'bd' }, 'bd/k1.json would be', '--out'],
    [{ out: 'bd/K1.json', backupFolder: 'bd' }, 'bd/k1.json would be', '--out'],
    [{ out: 'link/k1.json', backupFolder: 'bd' }, 'bd/k1.json would be', '--out'],
    [{ out: 'new/k1.json', backupFolder: 'new' }, 'new/k1.json would be', '--out'],
    [{ out: 'o', backupFolder: 'bd', journal: 'bd/k1.json' }, 'bd/k1.json would be', '--journal'],
    [{ outFolder: 'bd', journal: 'bd/k1.json' }, 'bd/k1.json would be', '--journal'],
    [{ keyFolder: 'bd', journal: 'bd/k1.key' }, 'bd/k1.key would be', '--journal'],
  ] as const)('is no other output, with %j', (names, message, option) => {
    mkdirSync(join(folder(), 'bd'));
    symlinkSync('bd', join(folder(), 'link'));
    for (const isFirst of [true, false]) {
      const judge = lineFileJudge(placesOf(names), isFirst);
      judge('k2');
      expect(() => {
        judge('k1');
      }).toThrow(
        expect.objectContaining({
          code: 'output-twice',
          message: expect.stringMatching(`^${message}.*${option}`) as string,
        }) as Error,
      );
    }
  });

  it('is not there before a first run, and is not replaced with --force', () => {
    mkdirSync(join(folder(), 'bd'));
    writeFileSync(join(folder(), 'bd', 'k1.json'), '');
    const places = placesOf({ out: 'o', backupFolder: 'bd' });
    lineFileJudge(places, false)('k1');
    expect(() => {
      lineFileJudge(places, true)('k1');
    }).toThrow(
      expect.objectContaining({
        code: 'output-exists',
        hints: [expect.not.stringContaining('--force') as string],
      }) as Error,
    );
  });
});
