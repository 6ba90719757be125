/* A policy whose condition is an encryption context: printed, tried by `--check`, and kept by the embedded KMS. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../../src/program/program.ts';
import { run } from '../../../src/program/run.ts';
import { TestKms } from '../../support/local-kms/test-kms.ts';
import type { RunResult } from '../../support/run-result.ts';
import type { RamPolicyDocument, RunAs } from '../../support/policy-stage.ts';
import { accessKeyOf, KEY, policySeed } from '../../support/policy-stage.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const CONTEXT = ['--context', 'purpose=payments'];
const FOR = ['--for', 'export-key,recover-key,list-keys', '--key-id', KEY];

let folder = '';
let server: TestKms;
let printed: RunResult;

const runAs: RunAs = async (userName, args) => {
  const argv = [...args, '--endpoint', server.announcement.Endpoint, '--max-attempts', '1'];
  const env = { HOME: folder, ALIBABA_CLOUD_REGION_ID: 'cn-local', ...accessKeyOf(userName) };
  const io = { ...testIo({ cwd: folder, env }), now: () => new Date() };
  const code = await run(createProgram(io, argv), argv, io);
  return { code, stdout: io.stdoutText(), stderr: io.stderrText() };
};

function exportOf(purpose: string | undefined, name: string): readonly string[] {
  const context = purpose === undefined ? [] : ['--context', `purpose=${purpose}`];
  const outputs = ['--backup', `${name}.backup.json`, '--out', `${name}.export.json`];
  return ['export-key', '--key-id', KEY, '--pubkey', PUBKEY, ...context, ...outputs];
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
  printed = await runInProcess(['policy', ...FOR, ...CONTEXT], { cwd: '/nonexistent' });
  const policy = JSON.parse(printed.stdout) as RamPolicyDocument;
  const users = new Map([['payer', policy]]);
  server = await TestKms.start({ seed: { text: policySeed(users), label: 'the seed' } });
  for (const purpose of ['payments', 'salaries']) {
    const { code, stderr } = await runAs('owner', exportOf(purpose, purpose));
    expect(code, stderr).toBe(0);
  }
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('policy --context', () => {
  it('puts a condition on what takes a context, and on nothing else, and says what is not known', () => {
    expect(printed.code).toBe(0);
    const { Statement } = JSON.parse(printed.stdout) as {
      Statement: { Action: string[]; Condition?: unknown }[];
    };
    const Condition = { StringEquals: { 'kms:EncryptionContext:purpose': 'payments' } };
    expect(Statement.map((each) => [each.Action, each.Condition])).toEqual([
      [['kms:GenerateAndExportDataKey', 'kms:Decrypt'], Condition],
      [['kms:ListKeys'], undefined],
      [['kms:DescribeKey'], undefined],
      [['kms:ListAliases'], undefined],
    ]);
    expect(printed.stderr).toMatch(
      /^kmsx: warning: KMS does not document for every operation .+--check/,
    );
  });

  it('prints no condition without it', async () => {
    const { stdout, stderr } = await runInProcess(['policy', ...FOR], { cwd: '/nonexistent' });
    expect(stdout).not.toContain('Condition');
    expect(stderr).toBe('');
  });

  it('takes several names, and those of a file', async () => {
    writeFileSync(join(folder, 'context.json'), '{"a:b":"*","c":""}');
    const args = [
      'policy',
      '--key-id',
      KEY,
      '--context-file',
      'context.json',
      '--context',
      'd=e=f',
    ];
    const { stdout } = await runInProcess(args, { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      Statement: [
        {
          Condition: {
            StringEquals: {
              'kms:EncryptionContext:a:b': '*',
              'kms:EncryptionContext:c': '',
              'kms:EncryptionContext:d': 'e=f',
            },
          },
        },
      ],
    });
  });

  it('is refused where nothing takes a context', async () => {
    const args = ['policy', '--for', 'list-keys', ...CONTEXT];
    const { code, stdout, stderr } = await runInProcess(args, { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--context goes with --for commands that use data keys');
  });

  it('leaves an RSA key that an export was made for without a condition: it knows of no context', async () => {
    const rsa = KEY.replace(/[^/]+$/, '33333333-3333-4333-8333-333333333333');
    const args = ['policy', '--for', 'reencrypt-key', '--key-id', KEY, '--to-key-id', KEY];
    const { stdout } = await runInProcess([...args, '--source-key-id', rsa, ...CONTEXT], {
      cwd: folder,
    });
    const { Statement } = JSON.parse(stdout) as {
      Statement: { Action: string[]; Condition?: unknown }[];
    };
    expect(Statement.map(({ Action, Condition }) => [Action, Condition !== undefined])).toEqual([
      [['kms:ReEncryptFrom'], false],
      [['kms:ExportDataKey', 'kms:ReEncryptTo'], true],
    ]);
  });
});

describe('the policy with a context', () => {
  it('lets its data keys be made and recovered, and no others', async () => {
    const codes = await Promise.all(
      [
        exportOf('payments', 'one'),
        exportOf('salaries', 'two'),
        exportOf(undefined, 'three'),
        ['recover-key', '--in', 'payments.backup.json', '--check-value-only'],
        ['recover-key', '--in', 'salaries.backup.json', '--check-value-only'],
      ].map(async (args) => (await runAs('payer', args)).code),
    );
    expect(codes).toEqual([0, 3, 3, 0, 3]);
  });

  it.each([
    ['with the context', [...CONTEXT, '--in', 'payments.backup.json'], 0, [true, true]],
    [
      'with another',
      ['--context', 'purpose=salaries', '--in', 'salaries.backup.json'],
      3,
      [false, false],
    ],
    ['without one', ['--in', 'payments.backup.json'], 3, [false, true]],
  ])('policy --check finds out %s', async (_, options, exitCode, allowed) => {
    const { code, stdout, stderr } = await runAs('payer', [
      'policy',
      '--check',
      ...FOR,
      ...options,
    ]);
    const lines = stdout.trimEnd().split('\n');
    const verdicts = lines.map((line) => JSON.parse(line) as { Action: string; Allowed?: boolean });
    expect(code, stderr).toBe(exitCode);
    expect(verdicts.slice(0, 2)).toMatchObject([
      { Action: 'kms:GenerateAndExportDataKey', Allowed: allowed[0] },
      { Action: 'kms:Decrypt', Allowed: allowed[1] },
    ]);
  });
});
