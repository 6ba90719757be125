import { createHash, createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { PLAN_TEMPLATE } from '../../../src/ceremony/plan/template.ts';
import { WHOLE_PLAN } from '../../support/ceremony/plans.ts';
import { kmsx } from '../../support/kmsx.ts';
import type { RunResult } from '../../support/run-result.ts';
import type { TestIoOptions } from '../../support/test-io.ts';
import { runInProcess } from '../../support/test-io.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { testKey } from '../../support/wrapping/wrapping-keys.ts';

interface Finding {
  readonly Line?: number;
  readonly Severity: string;
  readonly Code: string;
  readonly Message: string;
  readonly Hint?: string;
}

const folder = useTempFolder();
const write = (name: string, text: string): void => {
  writeFileSync(join(folder(), name), text);
};
const check = (args: readonly string[], options: TestIoOptions = {}): Promise<RunResult> =>
  runInProcess(['ceremony', 'check', ...args], { cwd: folder(), ...options });
const findingsIn = ({ stdout }: RunResult): readonly Finding[] =>
  (JSON.parse(stdout) as { Findings: readonly Finding[] }).Findings;

const SPKI = createPublicKey(testKey('rsa-2048-pub.pem')).export({ type: 'spki', format: 'der' });
const [EAST, , SPARE] = WHOLE_PLAN.Recipients;
const SOUND = {
  ...WHOLE_PLAN,
  KeyId: 'alias/rehearsal',
  Recipients: [
    { ...EAST, ExpectFingerprint: `SHA256:${createHash('sha256').update(SPKI).digest('hex')}` },
    { ...SPARE, Custodian: 'Frank' },
  ],
  Backups: ['payments.json', 'secret:backups/payments'],
};

beforeEach(() => {
  write('east.pub.pem', testKey('rsa-2048-pub.pem').toString());
  write('plan.yaml', stringify(SOUND));
});

describe('kmsx ceremony check', () => {
  it('finds nothing in a sound plan', async () => {
    const { code, stdout, stderr } = await check(['plan.yaml']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ Plan: 'plan.yaml', Sound: true, Findings: [] });
    const shown = await check(['plan.yaml', '--color', 'never'], { stdoutIsTerminal: true });
    expect(shown.stdout).toContain('plan.yaml can be held');
  });

  it('tells errors and warnings with their lines, and ends with 2', async () => {
    write('payments.json', '');
    write('plan.yaml', stringify({ ...SOUND, KeyId: 'rehearsal', Previous: undefined }));
    const ran = await check(['plan.yaml']);
    expect(ran.code).toBe(2);
    expect(findingsIn(ran).map(({ Severity, Code }) => `${Severity} ${Code}`)).toEqual([
      'warning no-previous',
      'error key-id-malformed',
      'error output-exists',
    ]);
    expect(findingsIn(ran)[1]).toMatchObject({
      Line: 5,
      Hint: 'did you mean KeyId: alias/rehearsal?',
    });
    expect(ran.stderr).toContain('kmsx: error: plan.yaml:5: "rehearsal" is not a key id');
    expect(ran.stderr).toContain('2 errors in all');
    const shown = await check(['plan.yaml', '--color', 'never'], { stdoutIsTerminal: true });
    expect(shown.code).toBe(2);
    expect(shown.stdout).toMatch(/^plan\.yaml cannot be held yet: 2 errors, 1 warning$/m);
    expect(shown.stdout).toMatch(/^ {2}plan\.yaml:5: error: "rehearsal"/m);
    expect(shown.stdout).toMatch(/^ {2}hint: did you mean KeyId/m);
  });

  it('ends with 0 where there are warnings alone', async () => {
    write('plan.yaml', stringify({ ...SOUND, Signatures: undefined }));
    const { code, stdout } = await check(['plan.yaml', '--color', 'never'], {
      stdoutIsTerminal: true,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('plan.yaml can be held, with 1 warning');
  });

  it('tells all mistakes of form as findings', async () => {
    write(
      'plan.yaml',
      stringify(SOUND).replace('Title', 'Tittle').replace('Role: leader', 'Role: x'),
    );
    const ran = await check(['plan.yaml']);
    expect(ran.code).toBe(2);
    expect(findingsIn(ran).map(({ Line, Code }) => `${String(Line)} ${Code}`)).toEqual([
      '1 plan-malformed',
      '2 plan-malformed',
      expect.stringMatching(/^\d+ plan-malformed$/),
    ]);
    expect(ran.stderr).toContain('plan.yaml:1: Title is missing; 3 errors in all');
  });

  it('names what the template leaves to be filled in, also from standard input', async () => {
    const ran = await check(['-'], { stdin: Buffer.from(PLAN_TEMPLATE) });
    expect(ran.code).toBe(2);
    const errors = findingsIn(ran).filter(({ Severity }) => Severity === 'error');
    expect(new Set(errors.map(({ Code }) => Code))).toEqual(new Set(['not-filled-in']));
  });

  it('reads public keys as export-key does', async () => {
    write('east.pub.pem', testKey('rsa-2048-pkcs8.pem').toString());
    expect(findingsIn(await check(['plan.yaml']))).toMatchObject([
      { Severity: 'error', Code: 'pubkey-is-private' },
    ]);
    write(
      'east.pub.pem',
      createPublicKey(testKey('other-2048.pem')).export({ type: 'spki', format: 'pem' }).toString(),
    );
    expect(findingsIn(await check(['plan.yaml']))).toMatchObject([
      { Code: 'fingerprint-mismatch' },
    ]);
  });

  it('asks KMS with --online', async () => {
    const online = (): Promise<RunResult> =>
      kmsx(['ceremony', 'check', 'plan.yaml', '--online', '--gateway', 'local'], { cwd: folder() });
    const ran = await online();
    expect(ran.code, ran.stderr).toBe(0);
    const codes = findingsIn(ran).map(({ Code }) => Code);
    expect(codes).toContain('permissions-unasked');
    write('plan.yaml', stringify({ ...SOUND, KeyId: 'alias/nobody' }));
    const refused = await online();
    expect(refused.code).toBe(2);
    expect(findingsIn(refused)).toContainEqual(
      expect.objectContaining({ Severity: 'error', Code: 'Forbidden.AliasNotFound' }),
    );
  });

  it.each([
    ['no plan', [], 'a plan is needed'],
    ['a plan that is not there', ['none.yaml'], 'none.yaml does not exist'],
    [
      'a gateway that nobody asks',
      ['plan.yaml', '--gateway', 'local'],
      '--gateway goes with --online',
    ],
    ['an option of run', ['plan.yaml', '--resume'], '--resume is not for ceremony check'],
    [
      'a store for nothing',
      ['plan.yaml', '--online', '--gateway', 'local', '--store', 'mysql://h/d'],
      'nothing is in a store',
    ],
  ])('refuses %s', async (_, args, message) => {
    const { stdout, stderr } = await check(args);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });
});

it('kmsx ceremony plan prints the template, and takes no plan', async () => {
  const printed = await runInProcess(['ceremony', 'plan'], { cwd: folder() });
  expect(printed).toEqual({ code: 0, stdout: PLAN_TEMPLATE, stderr: '' });
  const { code, stderr } = await runInProcess(['ceremony', 'plan', 'x'], { cwd: folder() });
  expect(code).toBe(2);
  expect(stderr).toContain('takes no plan');
});
