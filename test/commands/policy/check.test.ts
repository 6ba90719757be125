import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useKmsStage } from '../../support/kms/stage.ts';
import { kmsx, kmsxOk } from '../../support/kmsx.ts';
import type { RamPolicyDocument, RunAs } from '../../support/policy-stage.ts';
import {
  accessKeyOf,
  furnish,
  KEY,
  policyArguments,
  policySeed,
  usualCases,
  withoutEach,
} from '../../support/policy-stage.ts';

const stage = useKmsStage();

const KEY_ID = KEY.split('/')[1] ?? '';
let runAs: RunAs;

/** `all` has the printed policy, `nodecrypt` the same without kms:Decrypt. */
beforeAll(async () => {
  const { folder, start } = stage();
  const printed = await kmsxOk(policyArguments(usualCases()), { cwd: folder });
  const all = JSON.parse(printed) as RamPolicyDocument;
  const less = withoutEach(all).find(({ action }) => action === 'kms:Decrypt')?.rest ?? all;
  const users = new Map([
    ['all', all],
    ['nodecrypt', less],
  ]);
  writeFileSync(join(folder, 'policies.json'), policySeed(users));
  const server = await start(['--seed', 'policies.json']);
  runAs = (userName, args) =>
    kmsx([...args, ...server.endpoint], {
      cwd: folder,
      env: { ...server.env, ...accessKeyOf(userName) },
    });
  await furnish(folder, runAs);
});

describe('the policy that kmsx policy prints', () => {
  it('lets every command run that it was asked for', async () => {
    await Promise.all(
      usualCases().map(async ({ command, work }) => {
        const { code, stderr } = await runAs('all', work(`all-${command}`));
        expect(code, `${command}: ${stderr}`).toBe(0);
      }),
    );
  });

  it('without one line of it refuses what that line allowed, and nothing else', async () => {
    const input = ['--in', 'backup.json'];
    const [recovered, verified, checked] = await Promise.all([
      runAs('nodecrypt', ['recover-key', ...input, '--check-value-only']),
      runAs('nodecrypt', ['list-keys', '--aliases']),
      runAs('nodecrypt', ['policy', '--check', '--for', 'recover-key', '--key-id', KEY, ...input]),
    ]);
    expect([recovered.code, verified.code, checked.code]).toEqual([3, 0, 3]);
    expect(JSON.parse(checked.stdout)).toEqual({
      Action: 'kms:Decrypt',
      Resource: KEY,
      Allowed: false,
      Reason: expect.stringMatching(/^allow kms:Decrypt .+ \(AccessDeniedError\)$/) as string,
      RequestId: expect.any(String) as string,
      Rehearsal: true,
    });
    expect(checked.stderr).toContain(`error: these credentials lack kms:Decrypt on ${KEY}`);
    expect(checked.stderr).toContain('hint: kmsx policy without --check prints the RAM policy');
  });
});

describe('kmsx policy', () => {
  it('leaves open what an id does not tell, and warns of it', async () => {
    const args = ['policy', '--key-id', KEY_ID, '--region', 'cn-hangzhou'];
    const { code, stdout, stderr } = await kmsx(args, { cwd: stage().folder });
    expect(code).toBe(0);
    expect(stdout).toContain(`"acs:kms:cn-hangzhou:*:key/${KEY_ID}"`);
    expect(stderr).toContain(`warning: ${KEY_ID} does not name its account`);
  });
});
