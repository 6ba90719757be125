import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupDocument } from '../../../../src/documents/backup-document.ts';
import type { ExportDocument } from '../../../../src/documents/export-document.ts';
import type { RunOptions, Server } from '../../../support/kmsx.ts';
import { kmsxOk } from '../../../support/kmsx.ts';
import { signedCall } from '../../../support/local-kms/signed-call.ts';
import { PRIVKEY, PUBKEY } from '../../../support/wrapping/wrapping-keys.ts';
import { NEW_KEY, OLD_KEY } from '../../../support/kms/seed.ts';

/** At how many of its characters a document is cut. */
const CUTS: Readonly<Record<string, (length: number) => number>> = {
  'nothing is left': () => 0,
  'one character is left': () => 1,
  'half is left': (length) => length >> 1,
  'the last brace is gone': (length) => length - 2,
};
export const CUT_NAMES = Object.keys(CUTS);

/** The name of a document that was cut. */
export const cutName = (kind: string, cut: string): string =>
  `${kind}-of-which-${cut.replaceAll(' ', '-')}`;

/** A bare value that is cut within a group of four characters is no base64; one that is cut between two is shorter. */
const BARE_CUTS: Readonly<Record<'within' | 'between', number>> = {
  within: -7,
  between: -8,
};

/**
 * Makes data keys, their backups, exports and components, and what somebody made of them:
 * `a` and `b` are bound, `c` and `d` are not, all four under one KMS key with one context; `e` is under another KMS
 * key; those of `disabled` and `dying` were re-encrypted, and are stale.
 *
 * @returns the check value of `c`, as options take it
 */
export async function tellLies(
  folder: string,
  { endpoint, env, announcement }: Server,
): Promise<string> {
  const at: RunOptions = { cwd: folder, env };
  const path = (name: string): string => join(folder, name);
  const text = (name: string): string => readFileSync(path(name), 'utf8');
  const write = (name: string, value: object | string): void => {
    writeFileSync(path(name), typeof value === 'string' ? value : `${JSON.stringify(value)}\n`);
  };
  const componentOf = (name: string): Buffer =>
    Buffer.from((JSON.parse(text(name)) as { Component: string }).Component, 'base64');
  const exportKey = (name: string, keyId: string, ...more: string[]): Promise<string> =>
    kmsxOk(
      [
        ...['export-key', '--key-id', keyId, '--pubkey', PUBKEY, '--context', 'purpose=payments'],
        ...['--backup', `${name}.backup.json`, '--out', `${name}.json`, ...more, ...endpoint],
      ],
      at,
    );
  const split = (name: string, ...components: string[]): Promise<string> => {
    const options = components.flatMap((component) => ['--component', component]);
    const unwrap = ['unwrap-key', '--privkey', PRIVKEY, '--in', `${name}.json`];
    return kmsxOk([...unwrap, '--threshold', '2', ...options], at);
  };

  await Promise.all([
    exportKey('a', OLD_KEY, '--bind'),
    exportKey('b', OLD_KEY, '--bind'),
    exportKey('c', OLD_KEY),
    exportKey('d', OLD_KEY),
    exportKey('e', NEW_KEY),
    ...['disabled', 'dying'].map(async (name) => {
      const made = await signedCall(announcement, 'CreateKey');
      const { KeyId } = made['KeyMetadata'] as { KeyId: string };
      await exportKey(name, KeyId);
      const args = ['reencrypt-key', '--in', `${name}.backup.json`, '--to-key-id', NEW_KEY];
      await kmsxOk([...args, '--backup', `${name}.new.json`, ...endpoint], at);
      if (name === 'disabled') await signedCall(announcement, 'DisableKey', { KeyId });
      const window = { KeyId, PendingWindowInDays: '7' };
      if (name === 'dying') await signedCall(announcement, 'ScheduleKeyDeletion', window);
    }),
  ]);
  const [report] = await Promise.all([
    split('c', 'c1', 'c2', 'c3'),
    split('c', 'earlier1', 'earlier2', 'earlier3'),
    split('d', 'd1', 'd2', 'd3'),
  ]);

  const backup = (name: string): BackupDocument =>
    JSON.parse(text(`${name}.backup.json`)) as BackupDocument;
  const exported = (name: string): ExportDocument =>
    JSON.parse(text(`${name}.json`)) as ExportDocument;
  const blobOf = (name: string) => ({ CiphertextBlob: backup(name).CiphertextBlob });
  const withExport = (ExportedDataKey: string): ExportDocument => ({
    ...exported('c'),
    ExportedDataKey,
    Exports: exported('c').Exports.map((entry) => ({ ...entry, ExportedDataKey })),
  });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const forged = publicEncrypt(
    { key: readFileSync(PUBKEY), padding, oaepHash: 'sha256' },
    randomBytes(32),
  );

  write('swapped-bound.json', { ...exported('a'), ...blobOf('b') });
  write('swapped.json', { ...exported('c'), ...blobOf('d') });
  write('swapped-kms-key.json', { ...backup('c'), ...blobOf('e') });
  write('forged.json', withExport(forged.toString('base64')));
  write('others-export.json', withExport(exported('d').ExportedDataKey));
  write('context.json', { ...exported('c'), EncryptionContext: { purpose: 'theft' } });
  write('no-context.json', { ...backup('c'), EncryptionContext: undefined });
  write('id.json', { ...exported('a'), DataKeyId: '0'.repeat(32) });
  write('length.json', { ...exported('c'), NumberOfBytes: 16 });
  write('disagreeing.json', { ...exported('c'), Exports: exported('d').Exports });
  write('region.json', { ...exported('c'), Region: 'evil.example/#' });
  write('beijing.json', { ...exported('c'), Region: 'cn-beijing' });

  const { CiphertextBlob, ExportedDataKey } = exported('c');
  write('blob', CiphertextBlob);
  for (const [cut, end] of Object.entries(BARE_CUTS)) {
    write(`blob-cut-${cut}`, CiphertextBlob.slice(0, end));
    write(`bare-export-cut-${cut}`, ExportedDataKey.slice(0, end));
  }
  write('cut-envelopes.json', {
    ...withExport(ExportedDataKey.slice(0, BARE_CUTS.between)),
    CiphertextBlob: CiphertextBlob.slice(0, BARE_CUTS.between),
  });
  for (const [kind, file] of [
    ['export', 'c.json'],
    ['backup', 'c.backup.json'],
    ['component', 'c2'],
  ] as const) {
    const whole = text(file);
    for (const [cut, end] of Object.entries(CUTS)) {
      write(cutName(kind, cut), whole.slice(0, end(whole.length)));
    }
    write(`${kind}-of-later`, whole.replace(/(kmsx-\w+\/)1/, '$12'));
    write(`${kind}-twice`, whole.replace('{', '{"NumberOfBytes":32,'));
  }
  const others = ['d1', 'd2'].map(componentOf);
  // Two keys' components may share the coordinate, their last byte: that would be another lie.
  const Component = others.find((each) => each.at(-1) !== componentOf('c1').at(-1));
  write('others-component', {
    ...(JSON.parse(text('c2')) as object),
    Component: Component?.toString('base64'),
  });

  const { KeyCheckValues } = JSON.parse(report) as { KeyCheckValues: { Value: string }[] };
  return `label:${KeyCheckValues[2]?.Value ?? ''}`;
}
