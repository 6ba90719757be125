/* What goes wrong with a token: each its exit code and hint, and nothing is left behind. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { NSS } from '../../support/hsm/real/nss.ts';
import { shimAround } from '../../support/hsm/real/shim.ts';
import { SOFTHSM, softHsmObjects } from '../../support/hsm/real/softhsm.ts';
import {
  exportOk,
  importArgs,
  importOk,
  makePair,
  pairArgs,
} from '../../support/hsm/real/steps.ts';
import type { TokenStage } from '../../support/hsm/real/token.ts';
import { stageOf } from '../../support/hsm/real/token.ts';
import { kmsx } from '../../support/kmsx.ts';
import { useMounts } from '../../support/mounts.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const mounts = useMounts();
const path = (name: string): string => join(folder(), name);
let at: TokenStage;

async function setUp(): Promise<void> {
  at = stageOf(SOFTHSM.setUp(folder()), folder());
  await makePair(at, 'wrapping');
  await exportOk(at, 'wrapping', 'first');
}

interface Failure {
  readonly code: number;
  readonly says: string;
  readonly hint: string;
}

/** What fails leaves the objects of the token, and the files of the folder, as they were. */
async function expectFailure(args: readonly string[], failure: Failure, by = at): Promise<void> {
  const before = [softHsmObjects(folder()), readdirSync(folder())];
  const result = await kmsx(args, by.run);
  expect(result, result.stderr).toMatchObject({ code: failure.code, stdout: '' });
  expect(result.stderr).toContain(failure.says);
  expect(result.stderr).toContain(`kmsx: hint: ${failure.hint}`);
  const log = 'calls.log';
  expect([softHsmObjects(folder()), readdirSync(folder()).filter((name) => name !== log)]).toEqual(
    before.map((names) => names.filter((name) => name !== log)),
  );
}

const importing = (...more: readonly string[]): string[] => [
  ...importArgs(at, 'first', 'payments-2026'),
  ...more,
];

/** The arguments with another value after an option. */
const instead = (args: readonly string[], option: string, value: string): string[] =>
  args.map((word, index) => (args[index - 1] === option ? value : word));

describe('a token of SoftHSM', () => {
  beforeEach(setUp);

  it('does not accept a wrong PIN', async () => {
    writeFileSync(path('pin.txt'), '4321\n');
    await expectFailure(importing(), {
      code: 3,
      says: 'does not accept the PIN (C_Login: CKR_PIN_INCORRECT)\n',
      hint: 'a token counts wrong PINs and then locks',
    });
  });

  it('is not there', async () => {
    await expectFailure(instead(importing(), '--privkey', 'pkcs11:token=other;object=wrapping'), {
      code: 7,
      says: 'no such token: the module has "payments" (',
      hint: 'kmsx list-tokens shows the tokens of a module\n',
    });
  });

  it('has no such private key', async () => {
    await expectFailure(instead(importing(), '--privkey', at.uri('other')), {
      code: 7,
      says: 'has no such RSA private key\n',
      hint: 'kmsx keygen --token LABEL --label NAME makes a pair in a token\n',
    });
  });

  it('has another key with the label, or with the id', async () => {
    const { Imports } = await importOk(at, 'first', 'payments-2026');
    await exportOk(at, 'wrapping', 'second');
    const inUse = {
      code: 2,
      hint: 'give another --label or --id; nothing in a token is ever replaced\n',
    };
    const second = importArgs(at, 'second', 'payments-2026');
    const id = ['--id', String(Imports[0]?.Id)];
    const says = 'has another key with the label "payments-2026" or the id ';
    await expectFailure(second, { ...inUse, says });
    await expectFailure([...second, ...id], { ...inUse, says });
    await expectFailure([...importArgs(at, 'second', 'other'), ...id], {
      code: 2,
      says: `has a key with the id ${String(Imports[0]?.Id)} already, its label is "payments-2026"\n`,
      hint: '--label payments-2026 compares it with this export',
    });
  });

  it('has a pair with the label', async () => {
    await expectFailure(instead(pairArgs(at, 'wrapping'), '--pubkey-out', 'other.pub.pem'), {
      code: 2,
      says: 'has a key with the label "wrapping" already\n',
      hint: 'give another --label',
    });
  });

  it('has another wrapping key', async () => {
    await makePair(at, 'other');
    await expectFailure(instead(importing(), '--privkey', at.uri('other')), {
      code: 6,
      says: 'was made for this private key (SHA256:',
      hint: 'kmsx inspect ',
    });
  });

  it('opens no export that was made for another key, or damaged', async () => {
    await makePair(at, 'other');
    const { ExportedDataKey } = exportDocument();
    writeFileSync(path('bare'), ExportedDataKey);
    const bare = [
      ...instead(importing(), '--in', 'bare').filter((word) => word !== '--rehearsal'),
      ...['--wrapping-algorithm', 'RSAES_OAEP_SHA_1'],
    ];
    const failure = {
      code: 6,
      says: 'the export does not open with the private key in the token\n',
      hint: '',
    };
    await expectFailure(instead(bare, '--privkey', at.uri('other')), failure);
    const bytes = Buffer.from(ExportedDataKey, 'base64');
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(path('bare'), bytes.toString('base64'));
    await expectFailure(bare, failure);
  });

  it('computes another check value than the one that was read aloud', async () => {
    await expectFailure(importing('--expect-check-value', `label:${'0'.repeat(32)}`), {
      code: 6,
      says: 'the key check value AES-CMAC-LABEL in ',
      hint: '',
    });
  });

  it.each([
    { name: 'C_CopyObject', answer: '0x31', code: 7, says: 'has no room left' },
    { name: 'C_CopyObject', answer: '0x201', code: 7, says: 'has no room left' },
    { name: 'C_OpenSession', answer: '0xe2', code: 7, says: 'is write-protected' },
    { name: 'C_CopyObject', answer: '0xb5', code: 7, says: 'gave a read-only session' },
    { name: 'C_Login', answer: '0xa4', code: 3, says: 'has locked the PIN' },
    { name: 'C_Login', answer: '0xa3', code: 3, says: 'wants the PIN changed first' },
    { name: 'C_Login', answer: '0x102', code: 3, says: 'has no user PIN yet' },
    { name: 'C_OpenSession', answer: '0xb1', code: 7, says: 'takes no more sessions' },
    { name: 'C_EncryptInit', answer: '0x32', code: 7, says: 'was removed' },
    { name: 'C_CopyObject', answer: '0x5', code: 7, says: 'refused a call' },
  ] as const)('answers $answer to $name', async ({ name, answer, code, says }) => {
    const shim = shimAround(at).stage({ at: name, do: answer });
    const args = importArgs(shim, 'first', 'payments-2026');
    await expectFailure(args, { code, says: `${says} (${name}: `, hint: '' }, shim);
  });

  const exportDocument = (): ExportDocument =>
    JSON.parse(readFileSync(path('first.export.json'), 'utf8')) as ExportDocument;
});

it('takes nothing where the token is read-only', async () => {
  await setUp();
  const nss = stageOf(NSS.setUp(folder()), folder());
  await makePair(nss, 'nss');
  const readOnly = stageOf(
    { ...nss.token, parameters: `${nss.token.parameters ?? ''}readOnly` },
    folder(),
  );
  await expectFailure(
    pairArgs(readOnly, 'other'),
    {
      code: 7,
      says: 'the token "NSS Certificate DB"',
      hint: 'use a token that can be written, or take off its write protection\n',
    },
    readOnly,
  );
});

it('keeps nothing where the disk under the token is full, and takes the key when it has room', async () => {
  mounts.memory(path('softhsm'), '200k');
  const full = stageOf(SOFTHSM.setUp(folder()), folder());
  await makePair(full, 'full');
  await exportOk(full, 'full', 'second');
  const args = instead(importArgs(full, 'second', 'dek'), '--privkey', full.uri('full'));
  const fill = join(folder(), 'softhsm', 'fill');
  expect(() => {
    writeFileSync(fill, Buffer.alloc(1024 * 1024));
  }).toThrow(/ENOSPC/);
  const refused = await kmsx(args, full.run);
  expect(refused, refused.stderr).toMatchObject({ code: 7, stdout: '' });
  expect(refused.stderr).toContain(' took the key and does not have it: it is likely full\n');
  expect(refused.stderr).toContain('kmsx: hint: delete what is no longer needed');
  rmSync(fill);
  const taken = await kmsx(args, full.run);
  expect(taken, taken.stderr).toMatchObject({ code: 0 });
  expect(taken.stdout).not.toContain('AlreadyThere');
});
