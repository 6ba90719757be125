import { describe, expect, it } from 'vitest';
import { decisionOf } from '../../../src/account/decision.ts';
import { kmsxError } from '../../../src/base/error.ts';
import type { DescribedKeyOptions } from '../../../src/commands/account/doctor/key-checks.ts';
import {
  checkDescribedKey,
  checkInternetAccess,
  checkKeyByDryRun,
  checkSignature,
} from '../../../src/commands/account/doctor/key-checks.ts';
import { checkPermission } from '../../../src/commands/account/doctor/permission-check.ts';
import {
  checkClock,
  checkCoreDumps,
  checkSwap,
  checkVersions,
} from '../../../src/commands/account/doctor/system-checks.ts';
import { checkTcp } from '../../../src/commands/account/doctor/route.ts';
import type { KeyMetadata } from '../../../src/kms/types.ts';
import { gatewayAt } from '../../support/kms/clients.ts';
import { closedPort, startServer } from '../../support/network/servers.ts';
import { PERMISSION_CODES, refused } from '../../support/kms/refusals.ts';

function texts(files: Readonly<Record<string, string>>) {
  return (path: string): Promise<string | undefined> => Promise.resolve(files[path]);
}

function limits(soft: string): string {
  return `Limit                     Soft Limit           Hard Limit           Units     \nMax core file size        ${soft.padEnd(20)} unlimited            bytes     \n`;
}

describe('core dumps', () => {
  it.each([
    ['0', 'core', 'pass'],
    ['0', '|/usr/lib/systemd/systemd-coredump %P %u', 'pass'],
    ['0', '|/usr/share/apport/apport -p%p', 'pass'],
    ['0', '|/opt/keep-them-all %p', 'warn'],
    ['unlimited', 'core', 'warn'],
    ['1048576', 'core', 'warn'],
  ])('with the limit %s and the pattern %s: %s', async (soft, pattern, status) => {
    const files = texts({
      '/proc/self/limits': limits(soft),
      '/proc/sys/kernel/core_pattern': `${pattern}\n`,
    });
    const verdict = await checkCoreDumps(files);
    expect(verdict.status).toBe(status);
    expect(verdict.hint !== undefined).toBe(status === 'warn');
  });

  it('are unknown without /proc', async () => {
    expect(await checkCoreDumps(texts({}))).toMatchObject({ status: 'not-reached' });
  });
});

describe('swap', () => {
  const HEAD = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';

  it.each([
    [HEAD, 'pass', 'no swap'],
    [`${HEAD}/dev/zram0 partition\t8388604\t\t0\t\t100\n`, 'pass', 'zram'],
    [`${HEAD}/dev/sda2 partition\t8388604\t\t0\t\t-2\n`, 'warn', '/dev/sda2'],
    [`${HEAD}/dev/zram0 partition\t1\t0\t100\n/swap.img file\t2\t0\t-2\n`, 'warn', '(/swap.img)'],
  ])('%j: %s', async (text, status, message) => {
    const verdict = await checkSwap(texts({ '/proc/swaps': text }));
    expect(verdict).toMatchObject({ status, message: expect.stringContaining(message) as string });
  });

  it('is unknown without /proc', async () => {
    expect(await checkSwap(texts({}))).toMatchObject({ status: 'not-reached' });
  });
});

describe('the clock', () => {
  it.each([
    [0, 'pass', 'right'],
    [-1999, 'pass', 'right'],
    [60_000, 'pass', '60 s behind'],
    [61_000, 'warn', '61 s behind'],
    [-900_000, 'warn', '15 min ahead of'],
    [900_001, 'fail', '15 min behind'],
    [-10_800_000, 'fail', '3 h ahead of'],
    [86_400_000 * 400, 'fail', '400 days behind'],
  ])('with a distance of %i ms: %s', (skew, status, words) => {
    const verdict = checkClock(skew);
    expect(verdict).toMatchObject({ status, message: expect.stringContaining(words) as string });
    expect(verdict.hint === undefined).toBe(status === 'pass');
  });
});

describe('TCP to a name of several addresses', () => {
  const signal = new AbortController().signal;

  it('warns of a dead one among them, and fails where all are', async () => {
    const { port } = await startServer(() => undefined);
    const ask = (...addresses: string[]) =>
      checkTcp(addresses, { host: 'kms.example', port }, { timeoutMs: 2000, signal });
    expect(await ask('127.0.0.1', '127.0.0.1')).toMatchObject({ status: 'pass' });
    expect(await ask('127.0.0.2', '127.0.0.1')).toMatchObject({
      status: 'warn',
      message: `1 of 2 addresses is dead: 127.0.0.2:${port}`,
    });
    const target = { host: 'kms.example', port: await closedPort() };
    const all = await checkTcp(['127.0.0.1', '127.0.0.2'], target, { timeoutMs: 2000, signal });
    expect(all).toMatchObject({ status: 'fail' });
    expect(all.error).toMatchObject({ code: 'network-failed', kind: 'unavailable' });
    expect(all.message).toContain(`kms.example:${target.port} (127.0.0.1)`);
  });
});

describe('a key', () => {
  const NOW = new Date('2026-11-24T00:00:00Z');
  const metadata = { keyId: 'K', keyState: 'Enabled', requestId: 'R' };

  const refusal = refused('X', { message: 'no' });
  const check = (change: Partial<KeyMetadata>, more: Partial<DescribedKeyOptions> = {}) =>
    checkDescribedKey(
      { ...metadata, ...change },
      {
        ...{ keyId: 'K', now: NOW, isRehearsal: false },
        dryRun: () => Promise.resolve({ kind: 'failed', error: refusal }),
        ...more,
      },
    );
  const takes = () => Promise.resolve({ kind: 'granted' as const, value: undefined });

  it('is as DescribeKey tells, also where it tells little or new things', async () => {
    const dkmsInstanceId = 'kst-x';
    expect(await check({ dkmsInstanceId })).toMatchObject({ status: 'pass' });
    const keySpec = 'Aliyun_SM4';
    expect(await check({ keySpec, dkmsInstanceId })).toMatchObject({ status: 'pass' });
    expect(await check({ keySpec: 'EC_SM2' })).toMatchObject({ status: 'fail' });
  });

  it('that is a default key is a warning, whatever a dry run says, but for a rehearsal', async () => {
    const usable = { keySpec: 'Aliyun_AES_256', keyUsage: 'ENCRYPT/DECRYPT' };
    const warned = await check(usable, { dryRun: takes });
    expect(warned).toMatchObject({
      status: 'warn',
      hint: expect.stringMatching(/DKMSInstanceId$/) as string,
    });
    expect(warned.message).toMatch(/a default key: .+; a dry run .+, and here one succeeds$/);
    expect((await check(usable)).message).toMatch(/, and none succeeds here$/);
    const isRehearsal = { isRehearsal: true, dryRun: () => Promise.reject(new Error('asked')) };
    expect(await check(usable, isRehearsal)).toMatchObject({ status: 'pass' });
    for (const of of [{ dkmsInstanceId: 'kst-x' }, { keyId: 'key-x' }]) {
      expect(await check({ ...usable, ...of })).toMatchObject({ status: 'pass' });
    }
  });

  it.each([
    ['Disabled', 'Rejected.Disabled'],
    ['PendingImport', 'Rejected.PendingImport'],
    ['Unavailable', 'Rejected.Unavailable'],
    ['SomethingNew', 'Rejected.Unavailable'],
    ['LimitExceeded', 'Rejected.Unavailable'],
  ])('in the state %s fails with %s', async (keyState, code) => {
    const verdict = await check({ keyState });
    expect(verdict).toMatchObject({ status: 'fail', error: { code, kind: 'kms' } });
  });

  it.each([
    [{ keyUsage: 'ENCRYPT_DECRYPT' }],
    [{ keyState: 'enabled' }],
    [{ materialExpireTime: '2026-11-01T00:00:00Z' }],
  ])('with %j is a warning where a dry run succeeds, and a failure else', async (change) => {
    expect(await check(change, { dryRun: takes })).toMatchObject({ status: 'warn' });
    expect(await check(change)).toMatchObject({ status: 'fail' });
  });

  it('that is disabled fails whatever a dry run says, and is not asked about', async () => {
    const dryRun = () => Promise.reject(new Error('it was asked'));
    expect(await check({ keyState: 'Disabled' }, { dryRun })).toMatchObject({ status: 'fail' });
  });

  it('of the embedded KMS gets no command that would ask the real one', async () => {
    for (const keyState of ['Disabled', 'PendingDeletion', 'PendingImport']) {
      const { message, hint } = await check({ keyState }, { isRehearsal: true });
      expect(`${message} ${hint ?? ''}`).not.toContain('aliyun ');
      expect(hint).toMatch(/./);
    }
    expect((await check({ keyState: 'Disabled' })).hint).toContain('EnableKey --KeyId K');
  });

  it.each([
    ['public', 'key-x', 'fail'],
    ['public', 'acs:kms:cn-hangzhou:1:key/key-x', 'fail'],
    ['public', 'alias/x', 'warn'],
    ['public', '11111111-1111-4111-8111-111111111111', 'pass'],
    ['vpc', 'key-x', 'pass'],
  ] as const)('that the %s gateway refuses, %s: %s', (kind, keyId, status) => {
    const gateway = { ...gatewayAt('kms.cn-hangzhou.aliyuncs.com'), kind };
    const error = refused('Forbidden.KeyNotFound', { message: 'no' });
    expect(checkInternetAccess(gateway, keyId, { kind: 'failed', error }).status).toBe(status);
    const busy = kmsxError('timed-out', 'no');
    const unknown = checkInternetAccess(gateway, keyId, { kind: 'failed', error: busy }).status;
    expect(unknown).toBe(kind === 'vpc' ? 'pass' : 'not-reached');
  });

  it('of an instance that the public gateway reaches has access from the Internet', () => {
    const gateway = { ...gatewayAt('kms.cn-hangzhou.aliyuncs.com'), kind: 'public' as const };
    const value = { ...metadata, dkmsInstanceId: 'kst-x' };
    const verdict = checkInternetAccess(gateway, 'alias/x', { kind: 'granted', value });
    expect(verdict).toMatchObject({
      status: 'pass',
      message: expect.stringContaining('reaches') as string,
    });
  });
});

describe('a missing permission', () => {
  it.each(PERMISSION_CODES)('%s is none of the signature, and may not be needed', async (code) => {
    const decision = await decisionOf(() => Promise.reject(refused(code)));
    expect(checkSignature(decision).status).toBe('pass');
    expect(checkKeyByDryRun(decision, 'no DescribeKey').status).toBe('not-reached');
    const ofExport = { commands: ['export-key'], recipients: [] } as const;
    expect(checkPermission(decision, 'Decrypt', ofExport, 'on K').status).toBe('warn');
  });

  it.each([
    'IllegalTimestamp',
    'InvalidTimeStamp.Expired',
    'SignatureNonceUsed',
    'IncompleteSignature',
  ])('is not what %s says: the signature was not accepted', async (code) => {
    const decision = await decisionOf(() => Promise.reject(refused(code)));
    expect(checkSignature(decision).status).toBe('fail');
  });
});

describe('versions', () => {
  it('warns of a Node.js that is too old', () => {
    expect(checkVersions('18.20.0').status).toBe('warn');
    expect(checkVersions('24.1.0').status).toBe('pass');
  });
});
