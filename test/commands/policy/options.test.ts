import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../support/test-io.ts';

const KEY_ID = '11111111-2222-3333-4444-555555555555';
const MALFORMED = ['*', 'cn-hangzhou*', 'a","x', 'cn-hangzhou:1', 'CN'];

describe('policy', () => {
  it.each(MALFORMED)('does not take %j as a region, by option or environment', async (region) => {
    const args = ['policy', '--key-id', KEY_ID];
    const runs = await Promise.all([
      runInProcess([...args, '--region', region]),
      runInProcess(args, { env: { ALIBABA_CLOUD_REGION_ID: region } }),
    ]);
    for (const [index, name] of ['--region', 'ALIBABA_CLOUD_REGION_ID'].entries()) {
      expect(runs[index]).toMatchObject({ code: 2, stdout: '' });
      expect(runs[index]?.stderr).toContain(`error: ${name} is not a region`);
      expect(runs[index]?.stderr).toContain('hint: a region looks like');
    }
  });

  it('needs no key for list-keys, and says what is left open', async () => {
    const args = ['policy', '--for', 'list-keys', '--region', 'cn-hangzhou'];
    const { code, stdout, stderr } = await runInProcess(args);
    expect(code).toBe(0);
    expect(stdout).toContain('"acs:kms:cn-hangzhou:*:key/*"');
    expect(stderr).toContain('the account is not known: the policy has * for it');
    expect(await runInProcess(['policy', '--for', 'list-keys,verify-key'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--key-id is needed') as string,
    });
  });

  it('takes the region of the environment', async () => {
    const { code, stdout } = await runInProcess(['policy', '--key-id', KEY_ID], {
      env: { ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou' },
    });
    expect(code).toBe(0);
    expect(stdout).toContain(`acs:kms:cn-hangzhou:*:key/${KEY_ID}`);
  });
});
