import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { lineOf, linesOf } from '../../support/doctor/expectations.ts';
import { useFakeKms } from '../../support/kms/fake-kms.ts';
import { finish, kmsx, startKmsx } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const tempFolder = useTempFolder();
const startFakeKms = useFakeKms();
const KEY = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tSomebody',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canary-secret',
};

describe('kmsx doctor', () => {
  it('passes with the embedded KMS and a free output: exit 0', async () => {
    const args = ['doctor', '--gateway', 'local', '--key-id', 'alias/rehearsal'];
    const more = ['--pubkey', PUBKEY, '--backup', 'b.json', '--out', 'e.json'];
    const ran = await kmsx([...args, ...more], { cwd: tempFolder() });
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    expect(linesOf(ran).filter(({ Status }) => Status === 'fail')).toEqual([]);
    expect(lineOf(ran, 'versions').Message).toContain(process.versions.node);
  });

  it('names the first failure on stderr too, with its hint; its exit code is the end', async () => {
    const ran = await kmsx(['doctor', '--region', 'cn-hangzhou/x'], {
      cwd: tempFolder(),
      env: KEY,
    });
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toMatch(/^kmsx: error: region: --region is not a region.*\nkmsx: hint: /);
  });

  it('shows each check as soon as it is known, and stops at once when it is interrupted', async () => {
    const url = await startFakeKms((request) => request.resume());
    const child = startKmsx(['doctor', '--endpoint', url], {
      cwd: tempFolder(),
      env: KEY,
    });
    const ended = finish(child);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const ran = await ended;
    expect(ran).toMatchObject({ code: 130, stderr: '' });
    expect(linesOf(ran).map(({ Check }) => Check)).toEqual(['versions']);
  });
});
