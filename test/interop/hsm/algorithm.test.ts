/* A token that takes one algorithm of the two: SoftHSM has no OAEP with SHA-256. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { SOFTHSM } from '../../support/hsm/real/softhsm.ts';
import {
  exportArgs,
  exportOk,
  importArgs,
  importOk,
  LOCAL,
  makePair,
} from '../../support/hsm/real/steps.ts';
import type { TokenStage } from '../../support/hsm/real/token.ts';
import { stageOf } from '../../support/hsm/real/token.ts';
import { kmsx, kmsxOk, shell } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
let at: TokenStage;

beforeEach(async () => {
  at = stageOf(SOFTHSM.setUp(folder()), folder());
  await makePair(at, 'wrapping');
});

/** An export of the other kind, made for the public key as one who does not ask the token makes it. */
async function exportUnasked(): Promise<void> {
  const files = ['--backup', 'first.backup.json', '--out', 'first.export.json'];
  const to = ['--pubkey', 'wrapping.pub.pem', '--wrapping-algorithm', 'RSAES_OAEP_SHA_256'];
  await kmsxOk(['export-key', '--key-id', 'alias/rehearsal', ...LOCAL, ...to, ...files], at.run);
}

it('chooses the one that the token takes', async () => {
  await exportOk(at, 'wrapping', 'first');
  const document: unknown = JSON.parse(readFileSync(join(folder(), 'first.export.json'), 'utf8'));
  expect(document).toMatchObject({ WrappingAlgorithm: 'RSAES_OAEP_SHA_1' });
});

it('is not given the other before KMS is asked for a data key', async () => {
  const other = [
    ...exportArgs(at, 'wrapping', 'first'),
    ...['--wrapping-algorithm', 'RSAES_OAEP_SHA_256'],
  ];
  const refused = await kmsx(other, at.run);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(' does not unwrap with RSAES_OAEP_SHA_256\n');
  expect(refused.stderr).toContain(
    'kmsx: hint: leave out --wrapping-algorithm: the token takes RSAES_OAEP_SHA_1\n',
  );
});

it('names the command that makes an export which it takes', async () => {
  await exportUnasked();
  const refused = await kmsx(importArgs(at, 'first', 'payments-2026'), at.run);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(' does not unwrap with RSAES_OAEP_SHA_256\n');
  const [, command = ''] =
    /hint: make an export that it takes: kmsx (.*)/.exec(refused.stderr) ?? [];
  const made = await shell(`$KMSX ${command}`, at.run);
  expect(made.code, made.stderr).toBe(0);
  const { Imports } = await importOk(at, 'new', 'payments-2026');
  expect(Imports[0]).toMatchObject({ WrappingAlgorithm: 'RSAES_OAEP_SHA_1' });
  expect(Imports[0]).not.toHaveProperty('AlreadyThere');
});
