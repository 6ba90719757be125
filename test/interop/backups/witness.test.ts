/* The commands that verify-key --witness prints, run by a shell with the real openssl and jq. `aliyun` is a shell
   script on PATH that chooses its credentials, region and proxy as the real one does, and makes the signed call with
   curl. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import type { Server } from '../../support/kmsx.ts';
import { cleanEnv, kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { witnessCommands } from '../../../src/data-key/witness/witness.ts';
import type { WitnessGateway } from '../../../src/data-key/witness/aliyun.ts';
import { findWrappingAlgorithm } from '../../../src/wrapping/algorithms.ts';
import type { Sm2Form } from '../../../src/wrapping/sm2/ciphertext.ts';
import { rewriteSm2Export } from '../../support/wrapping/sm2-forms.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const ALIYUN_SH = fileURLToPath(new URL('../clients/curl-openssl/aliyun.sh', import.meta.url));

/** The stand-in for Alibaba Cloud's command line. */
const ALIYUN = `#!/bin/sh\nexec sh '${ALIYUN_SH}' "$@"\n`;

beforeEach(() => {
  mkdirSync(join(folder(), 'bin'));
  writeFileSync(join(folder(), 'bin', 'aliyun'), ALIYUN);
  chmodSync(join(folder(), 'bin', 'aliyun'), 0o755);
  mkdirSync(join(folder(), 'tmp'));
});

async function exportKey(server: Server, name: string, ...more: string[]): Promise<void> {
  const argv = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
  const outputs = ['--backup', `${name}.backup.json`, '--out', `${name}.export.json`];
  const { env, endpoint } = server;
  await kmsxOk([...argv, ...outputs, ...more, ...endpoint], { cwd: folder(), env });
}

interface Verified {
  readonly result: RunResult;
  readonly witness: readonly string[];
}

async function verify({ endpoint, env }: Server, ...args: string[]): Promise<Verified> {
  const result = await kmsx(['verify-key', '--witness', ...args, ...endpoint], {
    cwd: folder(),
    env,
  });
  const { Witness } = JSON.parse(result.stdout) as { Witness: string[] };
  return { result, witness: Witness };
}

/** Runs the commands as a witness does who pastes them into a shell. */
function runWitness(
  { env }: Pick<Server, 'env'>,
  witness: readonly string[],
  shell = 'sh',
  more: Readonly<Record<string, string>> = {},
): { code: number | null; said: string[]; stderr: string } {
  const { status, stdout, stderr } = spawnSync(shell, [], {
    input: `${witness.join('\n')}\n`,
    encoding: 'utf8',
    cwd: folder(),
    env: {
      ...cleanEnv(folder()),
      PATH: `${join(folder(), 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      TMPDIR: join(folder(), 'tmp'),
      ...env,
      ...more,
    },
  });
  return { code: status, said: stdout.split('\n').slice(0, -1), stderr };
}

const pair = (name: string): string[] => [...['--in', `${name}.export.json`, '--privkey', PRIVKEY]];

describe('a witness with openssl and aliyun', () => {
  it.each(['dash', 'bash'])('sees in %s that the pair holds the same data key', async (shell) => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a', '--context', `purpose=O'Neil "and" $sons`);
    const files = ['--against', 'a.backup.json', '--against', 'a.export.json'];
    const { result, witness } = await verify(server, ...pair('a'), ...files);
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness, shell);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: [
        'a.backup.json holds the data key',
        'a.export.json holds the data key',
        'the export of a.export.json holds the data key',
      ],
    });
    expect(readdirSync(join(folder(), 'tmp'))).toEqual([]);
  });

  it('sees that a backup holds another data key, as kmsx does', async () => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    await exportKey(server, 'b');
    const files = ['--against', 'a.backup.json', '--against', 'b.backup.json'];
    const { result, witness } = await verify(server, ...pair('a'), ...files);
    expect(result.code).toBe(6);
    const seen = runWitness(server, witness);
    expect(seen).toMatchObject({
      code: 6,
      said: ['a.backup.json holds the data key', 'b.backup.json does NOT hold the data key'],
    });
  });

  it.each(['dash', 'bash'])(
    'says in %s what it found, whatever a file is called',
    async (shell) => {
      const server = await localKms({ cwd: folder() });
      await exportKey(server, 'a');
      await exportKey(server, 'b');
      const names = [
        'a.json holds the data key\\c',
        '\\033[2K\\ra.json holds the data key\\0',
        '-n %s a.json holds\na.json holds the data key\u001b[2K',
      ];
      for (const name of names) {
        writeFileSync(join(folder(), name), readFileSync(join(folder(), 'b.backup.json')));
      }
      const files = names.map((name) => `--against=./${name}`);
      const { witness } = await verify(server, ...pair('a'), ...files);
      const seen = runWitness(server, witness, shell);
      expect(seen.code, seen.stderr).toBe(6);
      expect(seen.said).toEqual(
        names.map((name) => {
          const shown = name.replace('\n', '\\u000a').replace('\u001b', '\\u001b');
          return `./${shown} does NOT hold the data key`;
        }),
      );
      writeFileSync(join(folder(), 'a\\c'), readFileSync(join(folder(), 'a.backup.json')));
      const same = await verify(server, ...pair('a'), '--against', 'a\\c');
      expect(runWitness(server, same.witness, shell)).toMatchObject({
        code: 0,
        said: ['a\\c holds the data key'],
      });
    },
  );

  it.each([
    ['AES-256', ['--key-spec', 'AES_256'], ['ecb', 'cmac', 'label']],
    ['AES-128', ['--key-spec', 'AES_128'], ['ecb', 'cmac', 'label']],
    ['24 bytes', ['--number-of-bytes', '24'], ['ecb', 'cmac', 'label']],
    ['48 bytes', ['--number-of-bytes', '48'], ['sha256']],
    [
      'more than SHA-256 carries',
      ['--number-of-bytes', '214', '--wrapping-algorithm', 'RSAES_OAEP_SHA_1'],
      ['sha256'],
    ],
  ])('sees the check values that kmsx sees: %s', async (_, size, words) => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a', ...size);
    const unwrap = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'a.export.json'];
    const printed = await kmsxOk([...unwrap, '--check-value-only'], { cwd: folder() });
    const { KeyCheckValues } = JSON.parse(printed) as {
      KeyCheckValues: { Method: string; Value: string }[];
    };
    const expected = KeyCheckValues.map(({ Value }, index) => `${words[index] ?? ''}:${Value}`);
    const options = expected.flatMap((value) => ['--expect-check-value', value]);
    const { result, witness } = await verify(server, ...options, '--against', 'a.backup.json');
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness);
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
    expect(seen.said).toEqual([
      'a.backup.json holds the data key',
      ...KeyCheckValues.map(({ Method }) => `a.backup.json holds the check value ${Method}`),
    ]);
    const changed = witness.map((line) =>
      KeyCheckValues.reduce(
        (text, { Value }) => text.replaceAll(Value, '0'.repeat(Value.length)),
        line,
      ),
    );
    const other = runWitness(server, changed);
    expect(other.code).toBe(6);
    expect(other.said.filter((line) => line.includes('NOT'))).toHaveLength(KeyCheckValues.length);
  });

  it.each([
    ['encrypted PKCS#8', 'rsa-2048-pbes2-sha256.pem'],
    ['DER', 'rsa-2048-pkcs8.der'],
    ['PKCS#12', 'rsa-2048-modern.p12'],
  ])('opens the export with the key file that kmsx opens: %s', async (_, file) => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    const { PASSPHRASE } = await import('../../keys/forms.ts');
    writeFileSync(join(folder(), 'pass phrase'), `${PASSPHRASE}\n`);
    const options = ['--in', 'a.export.json', '--privkey', testKeyPath(file)];
    const { result, witness } = await verify(
      server,
      ...options,
      ...['--passphrase-file', 'pass phrase', '--against', 'a.backup.json'],
    );
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: ['a.backup.json holds the data key'],
    });
  });

  it.each<[string, Sm2Form]>([
    ['dash', '04-C1C3C2'],
    ['bash', '04-C1C3C2'],
    ['dash', 'DER'],
    ['dash', 'C1C3C2'],
    ['dash', '04-C1C2C3'],
    ['dash', 'C1C2C3'],
  ])('opens in %s an SM2 export of the form %s', async (shell, form) => {
    const cwd = folder();
    const server = await localKms({ cwd });
    const passphrase = ['--passphrase-file', 'pass phrase'];
    writeFileSync(join(cwd, 'pass phrase'), 'a passphrase\n');
    const keygen = ['keygen', '--wrapping-key-spec', 'EC_SM2', ...passphrase];
    await kmsxOk([...keygen, '--privkey-out', '-k.pem', '--pubkey-out', 'p.pem'], { cwd });
    const sm2 = ['--pubkey', 'p.pem', '--number-of-bytes', '190'];
    for (const name of ['a', 'b']) {
      const outputs = ['--backup', `${name}.backup.json`, '--out', `${name}.export.json`];
      const argv = ['export-key', '--key-id', 'alias/rehearsal', ...sm2, ...outputs];
      await kmsxOk([...argv, ...server.endpoint], { cwd, env: server.env });
      const path = join(cwd, `${name}.export.json`);
      rewriteSm2Export(path, path, form);
    }
    const files = ['a.backup.json', 'a.export.json', 'b.backup.json'];
    const { result, witness } = await verify(
      server,
      ...['--in', 'a.export.json', '--privkey=-k.pem', ...passphrase],
      ...files.flatMap((file) => ['--against', file]),
    );
    expect(result.code, result.stderr).toBe(6);
    const seen = runWitness(server, witness, shell);
    expect(seen, seen.stderr).toMatchObject({
      code: 6,
      said: [
        'a.backup.json holds the data key',
        'a.export.json holds the data key',
        'the export of a.export.json holds the data key',
        'b.backup.json does NOT hold the data key',
      ],
    });
    expect(readdirSync(join(cwd, 'tmp'))).toEqual([]);
    const script = `#!/bin/sh\n${witness.join('\n')}\n`;
    const { status, stdout } = spawnSync('shellcheck', ['-'], { input: script, encoding: 'utf8' });
    expect(status, stdout).toBe(0);
  });

  it('sees that an SM2 export holds another data key than its backup', async () => {
    const cwd = folder();
    const server = await localKms({ cwd });
    const keygen = ['keygen', '--wrapping-key-spec', 'EC_SM2', '--no-passphrase'];
    await kmsxOk([...keygen, '--privkey-out', 'k.pem', '--pubkey-out', 'p.pem'], { cwd });
    const exporting = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', 'p.pem'];
    for (const name of ['a', 'b']) {
      const outputs = ['--backup', `${name}.backup.json`, '--out', `${name}.export.json`];
      await kmsxOk([...exporting, ...outputs, ...server.endpoint], { cwd, env: server.env });
    }
    const { witness } = await verify(
      server,
      ...['--in', 'a.export.json', '--privkey', 'k.pem', '--against', 'a.backup.json'],
    );
    expect(runWitness(server, witness)).toMatchObject({ code: 0 });
    writeFileSync(join(cwd, 'a.export.json'), readFileSync(join(cwd, 'b.export.json')));
    expect(runWitness(server, witness)).toMatchObject({
      code: 6,
      said: ['a.backup.json does NOT hold the data key'],
    });
    const other = ['keygen', '--wrapping-key-spec', 'EC_SM2', '--no-passphrase', '--force'];
    await kmsxOk([...other, '--privkey-out', 'k.pem', '--pubkey-out', 'p.pem'], { cwd });
    const unopened = runWitness(server, witness);
    expect(unopened).toMatchObject({ code: 6, said: [] });
    expect(unopened.stderr).toContain('a.export.json does not open');
  });

  it('trusts the authority that kmsx trusted, and says what aliyun does otherwise', async () => {
    const server = await localKms({ cwd: folder() }, ['--tls', '--state', 'state']);
    const ca = ['--ca-file', 'state/ca.pem'];
    await exportKey(server, 'a', ...ca);
    const { result, witness } = await verify(
      server,
      ...[...pair('a'), ...ca, '--against', 'a.backup.json'],
    );
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: ['a.backup.json holds the data key'],
    });
    expect(seen.stderr).toMatch(
      /^note: kmsx trusts state\/ca\.pem and the authorities of Node\.js/m,
    );
    const untrusted = witness.map((line) => line.replace('SSL_CERT_FILE=state/ca.pem ', ''));
    expect(untrusted).not.toEqual(witness);
    expect(runWitness(server, untrusted)).toMatchObject({ said: [] });
  });

  it('finds bare values, odd names and a secret of KMS', async () => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a', '--backup', 'secret:vault/a');
    const document = JSON.parse(readFileSync(join(folder(), 'a.export.json'), 'utf8')) as {
      CiphertextBlob: string;
      ExportedDataKey: string;
    };
    writeFileSync(join(folder(), `it's a blob`), document.CiphertextBlob);
    writeFileSync(join(folder(), '-e.b64'), `${document.ExportedDataKey}\n`);
    writeFileSync(
      join(folder(), 'odd $(name).json'),
      readFileSync(join(folder(), 'a.backup.json')),
    );
    const { result, witness } = await verify(
      server,
      ...['--in=-e.b64', '--privkey', PRIVKEY, '--wrapping-algorithm', 'RSAES_OAEP_SHA_256'],
      ...['--against', `it's a blob`, '--against', 'odd $(name).json'],
      ...['--against', 'secret:vault/a'],
    );
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: [`it's a blob`, 'odd $(name).json', 'secret:vault/a'].map(
        (label) => `${label} holds the data key`,
      ),
    });
  });

  it('has no secret in an argument, and shellcheck has nothing against the commands', async () => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    const unwrap = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'a.export.json'];
    const hex = (await kmsxOk([...unwrap, '--format', 'hex'], { cwd: folder() })).trim();
    const printed = await kmsxOk([...unwrap, '--check-value-only'], { cwd: folder() });
    const value = /"AES-CMAC-LABEL","Value":"(\w+)"/.exec(printed)?.[1] ?? '';
    const files = ['--against', 'a.backup.json', '--expect-check-value', `label:${value}`];
    const { witness } = await verify(server, ...pair('a'), ...files);
    const script = `#!/bin/sh\n${witness.join('\n')}\n`;
    const { status, stdout } = spawnSync('shellcheck', ['-'], { input: script, encoding: 'utf8' });
    expect(status, stdout).toBe(0);

    for (const name of ['openssl', 'node', 'jq']) keepArguments(name);
    expect(runWitness(server, witness)).toMatchObject({ code: 0 });
    const log = readFileSync(join(folder(), 'arguments.log'), 'utf8');
    expect(log).toMatch(/^openssl pkeyutl -decrypt /m);
    expect(log).toMatch(/^node -e /m);
    const all = `${script}${log}${readFileSync(join(folder(), 'aliyun.log'), 'utf8')}`;
    const key = Buffer.from(hex, 'hex');
    const digest = createHash('sha256').update(key).digest('hex');
    for (const secret of [hex, key.toString('base64'), digest]) expect(all).not.toContain(secret);
  });
});

/** What the variables and profiles of somebody else say: whoever asks as them is refused. */
const OTHER_KEY = { access_key_id: 'LTAI5tSomebodyElse', access_key_secret: 'secret' };
const OTHER_VARIABLES = {
  ALIBABACLOUD_ACCESS_KEY_ID: 'LTAI5tSomebodyElse',
  ALIBABACLOUD_ACCESS_KEY_SECRET: 'secret',
  ALICLOUD_SECURITY_TOKEN: 'token',
  SECURITY_TOKEN: 'token',
  ALIBABACLOUD_ROLE_ARN: 'acs:ram::1234567890123456:role/other',
  ALIBABA_CLOUD_BEARER_TOKEN: 'token',
  REGION: 'us-east-1',
};

describe('a witness asks as the caller that kmsx was', () => {
  /** Writes a profile for each name; `mine` alone has the key of this KMS. */
  function writeProfiles({ announcement }: Server, current: string): void {
    const key = {
      access_key_id: announcement.AccessKeyId,
      access_key_secret: announcement.AccessKeySecret,
    };
    const profiles = [
      { name: 'other', mode: 'AK', region_id: 'cn-beijing', ...OTHER_KEY },
      { name: 'mine', mode: 'AK', ...key },
    ];
    mkdirSync(join(folder(), '.aliyun'), { recursive: true });
    const path = join(folder(), '.aliyun', 'config.json');
    writeFileSync(path, JSON.stringify({ current, profiles }), { mode: 0o600 });
  }

  function askedAs(): string[] {
    const log = readFileSync(join(folder(), 'aliyun.log'), 'utf8');
    return log.split('\n').filter((line) => line.startsWith('asks as '));
  }

  it.each<[string, string, readonly string[], (server: Server) => Record<string, string>]>([
    ['the access key in variables', 'other', [], ({ env }) => env],
    [
      'the access key in variables, with a role beside it',
      'other',
      [],
      ({ env }) => ({ ...env, ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1234567890123456:role/other' }),
    ],
    ['the current profile', 'mine', [], () => ({})],
    ['a profile that a variable names', 'other', [], () => ({ ALIBABACLOUD_PROFILE: 'mine' })],
    [
      'the profile of --profile',
      'other',
      ['--profile', 'mine'],
      () => ({ ALIBABA_CLOUD_PROFILE: 'other' }),
    ],
    [
      'the profile of --profile, though variables have a key',
      'other',
      ['--profile', 'mine'],
      () => ({ ALIBABA_CLOUD_ACCESS_KEY_ID: 'other', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' }),
    ],
    [
      'the profile of --profile, though profiles are ignored',
      'other',
      ['--profile', 'mine'],
      () => ({ ALIBABA_CLOUD_IGNORE_PROFILE: 'TRUE' }),
    ],
  ])('by %s', async (_, current, options, envOf) => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    writeProfiles(server, current);
    const mine = { ...server, env: { ...OTHER_VARIABLES, ...envOf(server) } };
    const { result, witness } = await verify(
      mine,
      ...[...pair('a'), ...options, '--against', 'a.backup.json'],
    );
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(mine, witness);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: ['a.backup.json holds the data key'],
    });
    expect(askedAs()).toEqual([`asks as ${server.announcement.AccessKeyId} in cn-local`]);
  });

  /** The commands for a backup alone, as if kmsx had found its credentials there. */
  function commandsFor({ announcement }: Server, origin: WitnessGateway['origin']): string[] {
    const gateway = {
      endpoint: announcement.Endpoint,
      region: announcement.Region,
      origin,
      route: { kind: 'direct', host: '127.0.0.1' },
      caFile: undefined,
      onlyCaFile: false,
      resolve: undefined,
    } as const;
    const place = { kind: 'field', path: 'a.backup.json', filter: '.CiphertextBlob' } as const;
    const algorithm = findWrappingAlgorithm('RSAES_OAEP_SHA_256');
    const backup = { label: 'a', place, context: undefined, algorithm, gateway, beside: undefined };
    return witnessCommands({
      privateKey: undefined,
      export: undefined,
      backups: [backup],
      checkValues: [],
    });
  }

  it('by a credentials URI', async () => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    writeProfiles(server, 'other');
    const { AccessKeyId, AccessKeySecret } = server.announcement;
    const body = { Code: 'Success', AccessKeyId, AccessKeySecret, SecurityToken: '' };
    const path = join(folder(), 'credentials.json');
    writeFileSync(path, JSON.stringify(body));
    const env = { ...OTHER_VARIABLES, ALIBABA_CLOUD_CREDENTIALS_URI: `file://${path}` };
    const seen = runWitness({ env }, commandsFor(server, { kind: 'URI variable' }));
    expect(seen, seen.stderr).toMatchObject({ code: 0, said: ['a holds the data key'] });
    expect(askedAs()).toEqual([`asks as ${AccessKeyId} in cn-local`]);
  });

  it.each<[string, WitnessGateway['origin'], RegExp]>([
    [
      'OIDC in variables',
      { kind: 'OIDC variables' },
      /would ask in mode OIDC with role 'mine', session 'kmsx', provider 'mine', token file 'mine'$/m,
    ],
    [
      'the metadata of an instance',
      { kind: 'metadata' },
      /would ask in mode EcsRamRole with role ''/,
    ],
    [
      'a profile with a role and without a session name',
      { kind: 'profile', name: 'role', lacksSessionName: true },
      /would ask in mode RamRoleArn with role 'role', session 'kmsx'/,
    ],
  ])('by %s', async (_, origin, asked) => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    mkdirSync(join(folder(), '.aliyun'));
    const profiles = [
      { name: 'other', mode: 'AK', ...OTHER_KEY },
      { name: 'role', mode: 'RamRoleArn', ram_role_arn: 'role', ...OTHER_KEY },
    ];
    const config = JSON.stringify({ current: 'other', profiles });
    writeFileSync(join(folder(), '.aliyun', 'config.json'), config, { mode: 0o600 });
    const env = {
      ...OTHER_VARIABLES,
      ALIBABA_CLOUD_ROLE_ARN: 'mine',
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'mine',
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: 'mine',
    };
    const seen = runWitness({ env }, commandsFor(server, origin));
    expect(seen.code).not.toBe(0);
    expect(seen.said).toEqual([]);
    expect(seen.stderr).toMatch(asked);
  });

  it('by a section of the credentials file, once its key is exported', async () => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    writeProfiles(server, 'other');
    const { AccessKeyId, AccessKeySecret } = server.announcement;
    mkdirSync(join(folder(), '.alibabacloud'));
    writeFileSync(
      join(folder(), '.alibabacloud', 'credentials'),
      `[default]\ntype = access_key\naccess_key_id = "${AccessKeyId}" \naccess_key_secret = ${AccessKeySecret} # mine\n`,
      { mode: 0o600 },
    );
    const mine = { ...server, env: { ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true' } };
    const { result, witness } = await verify(mine, ...pair('a'), '--against', 'a.backup.json');
    expect(result.code, result.stderr).toBe(0);
    const alone = runWitness(mine, witness);
    expect(alone.said).toEqual([]);
    expect(alone.code).not.toBe(0);
    expect(alone.stderr).toMatch(
      /^note: kmsx used the section default of ~\/\.alibabacloud\/credentials.*export its access key/,
    );
    const seen = runWitness(mine, witness, 'sh', server.env);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: ['a.backup.json holds the data key'],
    });
  });

  it('in the region of kmsx, and in any if kmsx has none', async () => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a', '--backup-format', 'blob');
    const { ALIBABA_CLOUD_REGION_ID: _, ...env } = server.env;
    const { result, witness } = await verify(
      { ...server, env },
      ...[...pair('a'), '--against', 'a.backup.json'],
    );
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness({ env }, witness);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: ['a.backup.json holds the data key'],
    });
  });

  it.each(['http_proxy', 'HTTP_PROXY'])(
    'by the route of kmsx: loopback never goes through %s, and nothing is printed on the way',
    async (name) => {
      const server = await localKms({ cwd: folder() });
      await exportKey(server, 'a');
      const env = { ...server.env, [name]: 'http://127.0.0.1:9', no_proxy: '\\.internal' };
      const { result, witness } = await verify(
        { ...server, env },
        ...[...pair('a'), '--against', 'a.backup.json'],
      );
      expect(result.code, result.stderr).toBe(0);
      const seen = runWitness({ env }, witness);
      expect(seen).toEqual({ code: 0, said: ['a.backup.json holds the data key'], stderr: '' });
    },
  );
});

/** Puts a program of that name before the real one that writes down its arguments. */
function keepArguments(name: string): void {
  const real = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
  const path = join(folder(), 'bin', name);
  const lines = ['#!/bin/sh', `echo "${name} $*" >> '${folder()}/arguments.log'`];
  writeFileSync(path, [...lines, `exec '${real}' "$@"`, ''].join('\n'));
  chmodSync(path, 0o755);
}
