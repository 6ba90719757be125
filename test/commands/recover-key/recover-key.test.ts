import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { useFakeKms } from '../../support/kms/fake-kms.ts';
import type { RunResult } from '../../support/run-result.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';
import { NOBODY, OLD_KEY, seedKeys } from '../../support/kms/seed.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const fakeKms = useFakeKms();

const CONTEXT = ['--context', 'purpose=payments'];

/** Exports a data key with a context; its backup is backup.json, its export export.json. */
async function exportKey({ endpoint, env }: Server, ...more: string[]): Promise<ExportDocument> {
  await kmsxOk(
    [
      ...['export-key', '--key-id', OLD_KEY, '--pubkey', PUBKEY, ...CONTEXT, ...more],
      ...['--backup', 'backup.json', '--out', 'export.json', ...endpoint],
    ],
    { cwd: folder(), env },
  );
  return JSON.parse(readFileSync(join(folder(), 'export.json'), 'utf8')) as ExportDocument;
}

function recover(
  { endpoint, env }: Pick<Server, 'endpoint' | 'env'>,
  args: readonly string[],
  stdin = '',
): Promise<RunResult> {
  return kmsx(['recover-key', ...endpoint, ...args], { cwd: folder(), env, stdin });
}

/** What must not succeed: its exit code and Code, on stdout nothing. */
async function refusal(result: Promise<RunResult>): Promise<string> {
  const { code, stdout, stderr } = await result;
  expect(stdout).toBe('');
  expect(code).not.toBe(0);
  return `exit ${String(code)}\n${stderr}`;
}

function write(name: string, value: unknown): void {
  writeFileSync(join(folder(), name), JSON.stringify(value));
}

describe('kmsx recover-key', () => {
  it('gives the data key of every form of a backup, the same that unwrap-key gives', async () => {
    const server = await localKms({ cwd: folder() }, seedKeys(folder()));
    const document = await exportKey(server);
    const key = await kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json'], {
      cwd: folder(),
    });
    const { CiphertextBlob, KeyId } = document;
    write('answer.json', { CiphertextBlob, KeyId, RequestId: 'r' });
    const forms: readonly [string[], string?][] = [
      [['--in', 'backup.json']],
      [['--in', 'export.json']],
      [['--in', 'backup.json', ...CONTEXT]],
      [['--in', 'answer.json', ...CONTEXT]],
      [CONTEXT, CiphertextBlob],
    ];
    for (const [args, stdin] of forms) {
      expect(await recover(server, args, stdin)).toMatchObject({ code: 0, stdout: key });
    }
    const hex = Buffer.from(key, 'base64').toString('hex');
    expect((await recover(server, ['--in', 'backup.json', '--format', 'hex'])).stdout).toBe(
      `${hex}\n`,
    );

    const values = await recover(server, ['--in', 'backup.json', '--check-value-only']);
    expect(JSON.parse(values.stdout)).toMatchObject({ NumberOfBytes: 32 });
    expect(values.stderr).toContain('this is a rehearsal');
    const label = /AES-CMAC-LABEL","Value":"([0-9a-f]+)/.exec(values.stdout)?.[1] ?? '';
    const expected = ['--in', 'backup.json', '--expect-check-value', `label:${label}`];
    await recover(server, [...expected, '--format', 'raw', '--out', 'key.bin']);
    expect(readFileSync(join(folder(), 'key.bin')).toString('hex')).toBe(hex);
    expect(statSync(join(folder(), 'key.bin')).mode & 0o777).toBe(0o600);
  });

  it('asks KMS in a dry run, and writes nothing', async () => {
    const server = await localKms({ cwd: folder() }, seedKeys(folder()));
    await exportKey(server);
    const args = ['--in', 'backup.json', '--out', 'key.b64', '--dry-run'];
    expect(JSON.parse((await recover(server, args)).stdout)).toMatchObject({
      DryRun: true,
      WouldSucceed: true,
      NotChecked: [],
      KeyId: OLD_KEY,
    });
    expect(existsSync(join(folder(), 'key.b64'))).toBe(false);
    const env = { ...server.env, ...NOBODY };
    const told = await refusal(recover({ ...server, env }, args));
    expect(told).toContain('exit 3');
    expect(told).toContain('AccessDeniedError');
  });

  it('catches each lie, with an exit code and a hint of its own', async () => {
    const server = await localKms({ cwd: folder() }, seedKeys(folder()));
    const document = await exportKey(server);
    const backup = JSON.parse(readFileSync(join(folder(), 'backup.json'), 'utf8')) as object;
    const other = await kmsxOk(
      ['export-key', '--key-id', 'alias/new', '--pubkey', PUBKEY, ...CONTEXT, ...server.endpoint],
      { cwd: folder(), env: server.env },
    );
    const { CiphertextBlob } = JSON.parse(other) as ExportDocument;
    write('swapped.json', { ...backup, CiphertextBlob });
    write('changed.json', { ...backup, EncryptionContext: { purpose: 'theft' } });
    write('longer.json', { ...backup, NumberOfBytes: 16 });
    writeFileSync(join(folder(), 'cut.json'), JSON.stringify(backup).slice(0, -20));
    const mismatch = `label:${'0'.repeat(32)}`;

    const lies: readonly [string[], string[], string?][] = [
      [
        ['--in', 'swapped.json'],
        ['exit 6', 'under another KMS key than its document says', 'use the original document'],
      ],
      [
        ['--in', 'changed.json'],
        ['exit 4', 'InvalidParameter', 'changed.json does not open as it is'],
      ],
      [
        ['--in', 'longer.json'],
        ['exit 6', 'has 32 bytes and the document says 16'],
      ],
      [
        ['--in', 'cut.json'],
        ['exit 2', 'copy it again'],
      ],
      [
        ['--in', 'backup.json', '--context', 'purpose=theft'],
        ['exit 2', '--context differs from the encryption context that backup.json has'],
      ],
      [
        [],
        [
          'exit 4',
          'standard input does not contain its encryption context',
          '--context NAME=VALUE',
        ],
        document.CiphertextBlob,
      ],
      [
        ['--context', 'purpose=theft'],
        ['exit 4', 'is --context exactly the context that standard input was made with?'],
        document.CiphertextBlob,
      ],
      [
        ['--in', 'backup.json', '--expect-check-value', mismatch],
        ['exit 6', 'this is not the expected key'],
      ],
    ];
    for (const [args, words, stdin] of lies) {
      const told = await refusal(recover(server, [...args, '--out', 'key.b64'], stdin));
      for (const word of words) expect(told).toContain(word);
      expect(existsSync(join(folder(), 'key.b64'))).toBe(false);
    }
  });

  it("never calls a document's Endpoint, and tells it in a hint", async () => {
    const server = await localKms({ cwd: folder() }, seedKeys(folder()));
    await exportKey(server);
    const backup = JSON.parse(readFileSync(join(folder(), 'backup.json'), 'utf8')) as object;
    let calls = 0;
    const trap = await fakeKms((request, response) => {
      calls += 1;
      request.resume();
      response.end('{}');
    });
    const crafted = { ...backup, Rehearsal: undefined, EncryptionContext: { purpose: 'theft' } };
    write('trap.json', { ...crafted, Endpoint: trap });
    write('instance.json', {
      ...crafted,
      Endpoint: 'https://kst-old.cryptoservice.kms.aliyuncs.com',
    });
    const told = await refusal(recover(server, ['--in', 'trap.json']));
    expect(told).toContain(`trap.json was made at "${trap}"`);
    expect(told).not.toContain('use --');
    expect(await refusal(recover(server, ['--in', 'instance.json']))).toContain(
      ': use --gateway kst-old',
    );
    expect(calls).toBe(0);
  });

  it('looks at every output before KMS is asked, and refuses a terminal', async () => {
    write('backup.json', {
      ...{ Format: 'kmsx-backup/1', KeyId: OLD_KEY, KeyVersionId: 'v' },
      ...{ CiphertextBlob: 'A'.repeat(128), Region: 'cn-hangzhou' },
    });
    writeFileSync(join(folder(), 'key.b64'), 'precious');
    let calls = 0;
    const trap = await fakeKms((request, response) => {
      calls += 1;
      request.resume();
      response.end('{}');
    });
    const server = { endpoint: ['--endpoint', trap], env: {} };
    const refusals = [
      [['--out', 'key.b64'], 'key.b64 already exists'],
      [['--out', 'backup.json', '--force'], 'backup.json is also an input'],
      [['--check-value-methods', 'md5'], '--check-value-methods takes'],
      [['--expect-check-value', 'ecb:12'], 'hexadecimal digits'],
    ] as const;
    for (const [args, words] of refusals) {
      const told = await refusal(recover(server, ['--in', 'backup.json', ...args]));
      expect(told).toContain('exit 2');
      expect(told).toContain(words);
    }
    const onTerminal = await runInProcess(
      ['recover-key', '--in', 'backup.json', ...server.endpoint],
      { cwd: folder(), stdoutIsTerminal: true },
    );
    expect(onTerminal).toMatchObject({ code: 2, stdout: '' });
    expect(onTerminal.stderr).toContain('a plaintext key is not shown there');
    expect(calls).toBe(0);
    expect(readFileSync(join(folder(), 'key.b64'), 'utf8')).toBe('precious');
  });
});
