import { execFileSync, spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../src/program/program.ts';
import { run } from '../../../src/program/run.ts';
import { DOCTOR_CASES } from '../../support/doctor/cases.ts';
import { dedicated, proxied } from '../../support/doctor/scenes.ts';
import { expectCase, lineOf, linesOf } from '../../support/doctor/expectations.ts';
import type { RunResult } from '../../support/run-result.ts';
import { KEYS, keyEnv, useDoctorStage } from '../../support/doctor/stage.ts';
import { startSts } from '../../support/credentials/sts-server.ts';
import { TestKms } from '../../support/local-kms/test-kms.ts';
import { testKey } from '../../support/wrapping/wrapping-keys.ts';
import { testIo } from '../../support/test-io.ts';
import type { Runner } from '../../support/doctor/stage.ts';
import { json, startProxy, startServer, tlsFile } from '../../support/network/servers.ts';

/** In this process, with the real clock. */
const inProcess =
  (stdoutIsTerminal = false): Runner =>
  async (args, options) => {
    const io = { ...testIo({ ...options, stdoutIsTerminal }), now: () => new Date() };
    const code = await run(createProgram(io, args), args, io);
    return { code, stdout: io.stdoutText(), stderr: io.stderrText() };
  };
const stage = useDoctorStage(inProcess());
const GOOD = keyEnv('Account');
const ALL = ['--pubkey', 'pub.pem', '--in', 'backup.json', '--key-id', 'alias/good'];

function statuses(ran: RunResult): Record<string, string> {
  return Object.fromEntries(linesOf(ran).map(({ Check, Status }) => [Check, Status]));
}

describe('doctor names the first failure', () => {
  const quick = DOCTOR_CASES.filter(({ isSlow }) => isSlow !== true);
  it.each(quick.map((each) => [each.title, each] as const))('%s', async (_, each) => {
    await expectCase(stage(), each);
  });
});

describe('doctor, where all is good', () => {
  it('passes every check in order, writes nothing and exits with 0', async () => {
    const { run: doctor, folder, kms } = stage();
    const before = readdirSync(folder);
    const outputs = ['--backup', 'new-backup.json', '--out', 'new-export.json'];
    const args = ['doctor', '--endpoint', kms.announcement.Endpoint, ...ALL, ...outputs];
    const ran = await doctor(args, { ...GOOD, ALIBABA_CLOUD_REGION_ID: 'cn-local' });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain('this is a rehearsal');
    expect(readdirSync(folder)).toEqual(before);
    const { 'core-dumps': cores, swap, ...others } = statuses(ran);
    expect([cores, swap]).not.toContain('fail');
    expect(Object.entries(others)).toEqual([
      ['versions', 'pass'],
      ['clock', 'pass'],
      ['credentials', 'pass'],
      ['identity', 'not-reached'],
      ['region', 'pass'],
      ['gateway', 'pass'],
      ['tcp', 'pass'],
      ['tls', 'not-reached'],
      ['proxy', 'pass'],
      ['signature', 'pass'],
      ['key', 'pass'],
      ['permission:GenerateAndExportDataKey', 'pass'],
      ['backup', 'pass'],
      ['permission:ExportDataKey', 'pass'],
      ['permission:Decrypt', 'pass'],
      ['permission:ReEncrypt', 'pass'],
      ['public-key', 'pass'],
      ['internet-access', 'pass'],
      ['outputs', 'pass'],
    ]);
    expect(ran.stdout).not.toContain('notAnActualSecret');
  });

  it('needs nothing of the user with --gateway local', async () => {
    const args = [
      'doctor',
      '--gateway',
      'local',
      '--key-id',
      'alias/rehearsal',
      '--pubkey',
      'pub.pem',
    ];
    const ran = await stage().run(args);
    expect(ran).toMatchObject({ code: 0 });
    expect(lineOf(ran, 'credentials').Message).toContain('embedded KMS');
  });

  it('goes by dry run on a dedicated gateway, which has no DescribeKey', async () => {
    const { run: doctor, tls } = stage();
    const args = dedicated(tls.port, tls.announcement.CaFile ?? '', '--in', 'backup.json');
    const ran = await doctor(['doctor', ...args, '--key-id', 'alias/good'], GOOD);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    expect(statuses(ran)).toMatchObject({
      ...{ tls: 'pass', key: 'pass', signature: 'pass', 'permission:ReEncrypt': 'not-reached' },
      'permission:Decrypt': 'pass',
    });
    expect(lineOf(ran, 'key').Message).toContain('has no DescribeKey; by a dry run');
    expect(lineOf(ran, 'gateway').Message).toContain('by --resolve');
    expect(lineOf(ran, 'tls').Message).toMatch(/TLSv1\.3.*the CA file.*good until 20\d\d-/);
  });

  it('reaches an IPv6 address', async () => {
    const { run: doctor, kms } = stage();
    const relay = createServer((socket) => {
      socket.pipe(connect(kms.port, '127.0.0.1')).pipe(socket);
    });
    await new Promise<void>((resolve) => relay.listen(0, '::1', resolve));
    try {
      const { port } = relay.address() as AddressInfo;
      const ran = await doctor(['doctor', '--endpoint', `http://[::1]:${port}`], GOOD);
      expect(ran, ran.stdout).toMatchObject({ code: 0 });
      expect(lineOf(ran, 'tcp').Message).toBe(`connected to [::1]:${port}`);
      expect(lineOf(ran, 'signature').Status).toBe('pass');
    } finally {
      relay.close();
    }
  });

  it('goes through a proxy, and says so without its password', async () => {
    const { run: doctor, tls } = stage();
    const proxy = await startProxy(tls.port);
    const url = proxy.url.replace('//', '//canary-user:canary-password@');
    const { args, env } = proxied(stage(), url);
    const ran = await doctor(['doctor', ...args], env);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    expect(lineOf(ran, 'proxy').Message).toContain(`through 127.0.0.1:${proxy.port}`);
    expect(lineOf(ran, 'tls').Status).toBe('pass');
    expect(proxy.authorizations[0]).toMatch(/^Basic /);
    expect(ran.stdout + ran.stderr).not.toContain('canary');
  });

  it.each([
    [{ NO_PROXY: '127.0.0.1' }, /loopback never goes through it/],
    [{}, /loopback never goes through it/],
  ])('says why a proxy that is set does not apply: %j', async (more, message) => {
    const { run: doctor, kms } = stage();
    const env = { ...GOOD, HTTP_PROXY: 'http://canary:canary@127.0.0.1:9', ...more };
    const ran = await doctor(['doctor', '--endpoint', kms.announcement.Endpoint], env);
    expect(lineOf(ran, 'proxy').Message).toMatch(message);
    expect(ran.code).toBe(0);
  });

  it('tells whose credentials they are, where STS is reached', async () => {
    const key = { accessKeyId: 'LTAI5tAccount', accessKeySecret: 'notAnActualSecretOfAccount' };
    const sts = await startSts({
      certificate: 'localhost',
      accessKeys: [{ ...key, accountId: '1234567890123456', status: 'Active', userName: 'alice' }],
    });
    const { run: doctor, kms, folder } = stage();
    mkdirSync(`${folder}/alice/.aliyun`, { recursive: true });
    const profile = {
      ...{ name: 'alice', mode: 'AK', sts_endpoint: sts.endpoint },
      ...{ access_key_id: key.accessKeyId, access_key_secret: key.accessKeySecret },
    };
    const config = JSON.stringify({ current: 'alice', profiles: [profile] });
    writeFileSync(`${folder}/alice/.aliyun/config.json`, config, { mode: 0o600 });
    const args = ['--endpoint', kms.announcement.Endpoint, '--ca-file', tlsFile('ca.pem')];
    const ran = await doctor(['doctor', ...args], { HOME: `${folder}/alice` });
    expect(lineOf(ran, 'identity')).toMatchObject({
      Status: 'pass',
      Message: expect.stringContaining('acs:ram::1234567890123456:user/alice') as string,
    });
    expect(ran.code).toBe(0);
  });
});

describe('doctor warns and goes on', () => {
  it('of a certificate that expires soon', async () => {
    let ago = 20 * 86_400_000;
    const server = await TestKms.start({ tls: true, now: () => new Date(Date.now() - ago) });
    ago = 0;
    try {
      const { Endpoint, CaFile = '', AccessKeyId, AccessKeySecret } = server.announcement;
      const env = {
        ALIBABA_CLOUD_ACCESS_KEY_ID: AccessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: AccessKeySecret,
      };
      const ran = await stage().run(['doctor', '--endpoint', Endpoint, '--ca-file', CaFile], env);
      expect(ran).toMatchObject({ code: 0 });
      expect(lineOf(ran, 'tls')).toMatchObject({
        Status: 'warn',
        Message: expect.stringContaining('soon') as string,
        Hint: expect.stringContaining('renews') as string,
      });
    } finally {
      await server.close();
    }
  });

  it('of a configuration that others can read', async () => {
    const { run: doctor, kms, folder } = stage();
    mkdirSync(join(folder, 'open', '.aliyun'), { recursive: true });
    const [id, secret] = Object.values(GOOD);
    const profile = { name: 'x', mode: 'AK', access_key_id: id, access_key_secret: secret };
    const file = join(folder, 'open', '.aliyun', 'config.json');
    writeFileSync(file, JSON.stringify({ current: 'x', profiles: [profile] }));
    chmodSync(file, 0o644);
    const args = ['doctor', '--endpoint', kms.announcement.Endpoint];
    const ran = await doctor(args, { HOME: join(folder, 'open') });
    expect(ran).toMatchObject({ code: 0 });
    expect(lineOf(ran, 'credentials')).toMatchObject({
      Status: 'warn',
      Message: expect.stringMatching(/profile x.*0644.*chmod 600/) as string,
    });
  });

  it('of a clock that is three minutes ahead', async () => {
    const { url } = await startServer((_, response) => {
      const headers = { Date: new Date(Date.now() - 180_000).toUTCString() };
      json(response, { Code: 'Forbidden.NoPermission', RequestId: 'R-1' }, 403, headers);
    });
    const ran = await stage().run(['doctor', '--endpoint', url], GOOD);
    expect(lineOf(ran, 'clock')).toMatchObject({
      Status: 'warn',
      Message: 'the clock here is 3 min ahead of that of the gateway',
    });
    expect(lineOf(ran, 'signature').Status).toBe('pass');
    expect(ran.code).toBe(0);
  });

  it('of nothing, where DescribeKey alone is not allowed', async () => {
    const { run: doctor, kms } = stage();
    const args = ['doctor', '--endpoint', kms.announcement.Endpoint, '--pubkey', 'pub.pem'];
    const ran = await doctor([...args, '--key-id', KEYS.good], keyEnv('Exporter'));
    expect(ran).toMatchObject({ code: 0 });
    expect(lineOf(ran, 'key')).toMatchObject({
      Status: 'pass',
      Message: expect.stringMatching(/DescribeKey.*is not allowed; by a dry run/) as string,
    });
  });

  it('of a permission that the commands do not need, and fails where they do', async () => {
    const { run: doctor, kms } = stage();
    const args = ['doctor', '--endpoint', kms.announcement.Endpoint, ...ALL];
    const exporter = await doctor(args, keyEnv('Exporter'));
    expect(exporter, exporter.stdout).toMatchObject({ code: 0 });
    for (const operation of ['ExportDataKey', 'Decrypt', 'ReEncrypt']) {
      expect(lineOf(exporter, `permission:${operation}`)).toMatchObject({
        Status: 'warn',
        Message: expect.stringMatching(/^not allowed .*, and not needed for export-key$/) as string,
        Hint: expect.stringMatching(/^--for re\S+-key judges it as needed$/) as string,
      });
    }
    const opener = await doctor([...args, '--for', 'recover-key'], keyEnv('Exporter'));
    expect(opener.code).toBe(3);
    expect(lineOf(opener, 'permission:Decrypt')).toMatchObject({
      Status: 'fail',
      Hint: expect.stringContaining('kms:Decrypt') as string,
    });
    const other = createPublicKey(testKey('other-2048.pem'));
    const pem = other.export({ type: 'spki', format: 'pem' });
    writeFileSync(join(stage().folder, 'other.pub.pem'), pem);
    const several = [...args, '--pubkey', 'other.pub.pem'];
    expect((await doctor(several, keyEnv('Exporter'))).code).toBe(3);
  });

  it('of a backup under another key than --key-id, and names the key of each permission', async () => {
    const { run: doctor, kms } = stage();
    const args = ['doctor', '--endpoint', kms.announcement.Endpoint, '--pubkey', 'pub.pem'];
    const input = ['--in', 'backup.json'];
    const ran = await doctor([...args, '--key-id', 'alias/of-instance', ...input], GOOD);
    expect(ran, ran.stdout).toMatchObject({ code: 0 });
    expect(lineOf(ran, 'backup')).toMatchObject({
      Status: 'warn',
      Message: `the backup is under ${KEYS.good}, another KMS key than alias/of-instance`,
    });
    expect(lineOf(ran, 'permission:GenerateAndExportDataKey').Message).toContain(
      'allowed on alias/of-instance',
    );
    expect(lineOf(ran, 'permission:Decrypt').Message).toContain(`allowed on ${KEYS.good}`);
    expect(lineOf(ran, 'permission:ReEncrypt').Message).toContain(
      `from ${KEYS.good} to alias/of-instance`,
    );
  });

  it('says which check would need what, where little is given', async () => {
    const { run: doctor, kms } = stage();
    const ran = await doctor(['doctor', '--endpoint', kms.announcement.Endpoint], GOOD);
    expect(ran).toMatchObject({ code: 0 });
    expect(statuses(ran)).toMatchObject({ signature: 'pass', key: 'not-reached' });
    for (const { Status, Hint, Check } of linesOf(ran)) {
      if (Status === 'not-reached' && !['identity', 'tls', 'internet-access'].includes(Check)) {
        expect(Hint, Check).toContain('kmsx doctor --');
      }
    }
  });
});

describe('doctor', () => {
  it('ends with --deadline, and still makes the checks that need no network', async () => {
    const { url } = await startServer(() => undefined);
    const limits = ['--timeout', '600', '--deadline', '0.5'];
    const ran = await stage().run(['doctor', '--endpoint', url, ...limits], GOOD);
    expect(ran).toMatchObject({ code: 5 });
    expect(lineOf(ran, 'signature')).toMatchObject({ Status: 'fail', Code: 'timed-out' });
    expect(lineOf(ran, 'signature').Message).toContain('--deadline');
    expect(lineOf(ran, 'swap').Status).not.toBe('fail');
  });

  it('does not open a named pipe, whose reader would see its end, nor wait for a reader', async () => {
    const { run: doctor, kms, folder } = stage();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const args = ['doctor', '--endpoint', kms.announcement.Endpoint, '--out', 'pipe'];
    const unread = await doctor(args, GOOD);
    expect(lineOf(unread, 'outputs')).toMatchObject({
      Status: 'pass',
      Message: 'pipe can be written',
    });
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(reader, 'close');
    expect(lineOf(await doctor(args, GOOD), 'outputs').Status).toBe('pass');
    expect(reader.exitCode).toBeNull();
    writeFileSync(pipe, 'from the real run');
    expect((await reader.stdout.toArray()).join('')).toBe('from the real run');
    await ended;
  });

  it('shows a table on a terminal, and JSON Lines with --json', async () => {
    const { folder } = stage();
    const options = {
      cwd: folder,
      env: { HOME: folder, ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' },
    };
    const wide = { ...options, columns: 120 };
    const table = await inProcess(true)(['doctor', '--color', 'never'], wide);
    expect(table.stdout).toMatch(/^STATUS {10}CHECK {32}MESSAGE\npass {12}versions {29}kmsx /);
    expect(table.stdout).toMatch(
      /\nfail {12}region {31}the public gateway needs a region\n {53}hint: give --region/,
    );
    const colored = await inProcess(true)(['doctor', '--color', 'always'], options);
    expect(colored.stdout).toContain('\u001b[31mfail\u001b[39m');
    expect(table.stdout).toContain('not reached     permission:GenerateAndExportDataKey  ');
    const lines = await inProcess(true)(['doctor', '--json'], options);
    expect(linesOf(lines)).toHaveLength(20);
  });

  it.each([
    [['--timeout', 'x'], {}],
    [['--key-id', 'no key'], {}],
    [['--for', 'list-keys'], {}],
    [['--context', 'novalue'], {}],
    [['--gateway', 'public', '--endpoint', 'x.example'], {}],
    [['--expect-fingerprint', 'SHA256:00'], {}],
    [[], { NODE_DEBUG: 'http' }],
    [[], { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
  ])('refuses %j with %j before the first check: exit 2', async (args, env) => {
    const ran = await stage().run(['doctor', ...args], env);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('kmsx: hint: ');
  });
});
