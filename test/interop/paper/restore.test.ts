/* What is left is the paper and KMS: the data key is recovered. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { recordedFile } from '../../../src/record/chain/recorded-file.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useBrowser } from '../../support/paper/browser.ts';
import { codesOfPages } from '../../support/paper/pdf.ts';
import { makeGoodRecord, NOTE } from '../../support/record/good-record.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const print = useBrowser();

test('a data key is recovered from the printed record and KMS alone', async () => {
  const cwd = folder();
  const { announcement, endpoint, env } = await localKms({ cwd });
  const record = join(cwd, 'ceremony');
  mkdirSync(record);
  await kmsxOk(
    [
      ...['export-key', '--key-id', announcement.Keys[0]?.KeyId ?? '', '--pubkey', PUBKEY],
      ...['--bind', '--context', 'purpose=Zürich', ...endpoint],
      ...['--backup', 'ceremony/kept.json', '--out', 'export.json'],
    ],
    { cwd, env },
  );
  await makeGoodRecord(record, {
    added: [{ ...NOTE, Files: [await recordedFile(record, 'kept.json')] }],
  });
  await kmsxOk(['record', 'print', 'ceremony', '--out', 'record.html'], { cwd });

  const { pdf } = await print(pathToFileURL(join(cwd, 'record.html')).href, 'Letter');
  const codes = codesOfPages(pdf).flat();
  expect(codes).toHaveLength(2);
  const scanned = codes.find((code) => code.includes('kmsx-backup/1')) ?? '';
  writeFileSync(
    join(cwd, 'typed.txt'),
    `QR-Code:${scanned.replace(/(.{60})(.{60})/, '$1\r\n$2\n')}\0`,
  );

  const unwrapped = ['unwrap-key', '--in', 'export.json', '--privkey', PRIVKEY, '--format', 'hex'];
  const dataKey = await kmsxOk(unwrapped, { cwd });
  const recover = ['recover-key', ...endpoint, '--format', 'hex', '--in'];
  for (const [input, stdin] of [
    ['-', scanned],
    ['typed.txt', ''],
  ] as const) {
    const recovered = await kmsx([...recover, input], { cwd, env, stdin });
    expect(recovered, recovered.stderr).toMatchObject({ code: 0, stdout: dataKey });
  }
});
