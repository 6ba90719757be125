import { createPrivateKey } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFullProgram } from '../../src/program/program.ts';
import { answer, useFakeKms } from '../support/kms/fake-kms.ts';
import type { RunResult } from '../support/run-result.ts';
import { kmsx, kmsxOk, useLocalKms } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { testIo } from '../support/test-io.ts';
import { PRIVKEY, PUBKEY, testKey, testKeyPath } from '../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const fakeKms = useFakeKms();

const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];

/** Every form in which bytes could leak: as they are, hexadecimal, base64 without its padding. */
function formsOf(secret: Buffer): string[] {
  return [
    secret.toString('latin1'),
    secret.toString('hex'),
    secret.toString('hex').toUpperCase(),
    secret.toString('base64').replaceAll('=', ''),
    [...secret].join(','),
    [...secret].join(', '),
  ];
}

function assertAbsent(
  places: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, Buffer>>,
): void {
  for (const [place, text] of Object.entries(places)) {
    for (const [name, secret] of Object.entries(secrets)) {
      for (const form of formsOf(secret)) {
        expect(text.includes(form), `${name} in ${place}`).toBe(false);
      }
    }
  }
}

function said({ stdout, stderr }: RunResult): Record<string, string> {
  return { stdout, stderr };
}

const LOUD = { DEBUG: '*', KMSX_DEBUG: '1' };

describe('no secret leaks', () => {
  it('of an export: neither access key, nor token, nor data key, on any stream or in any file', async () => {
    const { endpoint, env } = await localKms({ cwd: folder() });
    const args = [...EXPORT, '--backup', 'b.json', '--out', 'e.json', '--verbose', ...endpoint];
    const result = await kmsx(args, { cwd: folder(), env: { ...env, ...LOUD } });
    expect(result.code, result.stderr).toBe(0);
    const key = await kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json'], {
      cwd: folder(),
    });
    const files = readdirSync(folder()).map((name) => [
      name,
      readFileSync(join(folder(), name), 'latin1'),
    ]);
    assertAbsent(
      { ...said(result), ...(Object.fromEntries(files) as Record<string, string>) },
      {
        'the access key secret': Buffer.from(env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'] ?? '?'),
        'the data key': Buffer.from(key, 'base64'),
      },
    );
    expect(result.stderr).not.toContain('Signature=');
  });

  it('of a call that fails, with DEBUG=*: neither secret nor token nor signature nor context', async () => {
    const canaries = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIcanaryid00000000',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canarysecret000000000000000000',
      ALIBABA_CLOUD_SECURITY_TOKEN: 'canarytoken0000000000000000',
    };
    const bodies: [number, unknown][] = [
      [
        400,
        {
          Code: 'SignatureDoesNotMatch',
          Message: 'server string to sign is:canarycontext',
          RequestId: 'R',
        },
      ],
      [400, { Code: 'InvalidParameter', Message: 'bad canarycontext', RequestId: 'R' }],
      [500, 'canarycontext'],
    ];
    for (const [status, body] of bodies) {
      const url = await fakeKms(answer(status, body));
      for (const format of ['text', 'json']) {
        const args = [
          ...EXPORT,
          '--context',
          'a=canarycontext',
          '--endpoint',
          url,
          '--max-attempts',
          '1',
        ];
        const env = { ...canaries, ...LOUD };
        const result = await kmsx([...args, '--verbose', '--error-format', format], {
          cwd: folder(),
          env,
        });
        expect(result.code).toBeGreaterThan(1);
        expect(result.stdout).toBe('');
        expect(result.stderr).not.toMatch(/canary(secret|token|context)|Signature=|PublicKeyBlob/);
      }
    }
  });

  it('of an unwrap that fails or prints check values: no part of the private key or the data key', async () => {
    await kmsxOk([...EXPORT, '--gateway', 'local', '--out', 'e.json'], { cwd: folder() });
    const key = await kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json'], {
      cwd: folder(),
    });
    const { d = '', p = '' } = createPrivateKey(testKey('rsa-2048-pkcs8.pem')).export({
      format: 'jwk',
    });
    const secrets = {
      'the data key': Buffer.from(key, 'base64'),
      'the private exponent': Buffer.from(d, 'base64url').subarray(0, 24),
      'a prime': Buffer.from(p, 'base64url').subarray(0, 24),
    };
    const document = JSON.parse(readFileSync(join(folder(), 'e.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const changed = { ...document, NumberOfBytes: 16 };
    writeFileSync(join(folder(), 'short.json'), JSON.stringify(changed));
    const runs = [
      ['--in', 'e.json', '--check-value-only'],
      ['--in', 'e.json', '--expect-check-value', 'ecb:000000'],
      ['--in', 'short.json'],
    ];
    for (const args of runs) {
      const command = ['unwrap-key', '--privkey', PRIVKEY, ...args, '--verbose'];
      const result = await kmsx(command, { cwd: folder(), env: LOUD });
      assertAbsent(said(result), secrets);
    }
  });

  it('of a wrong passphrase, however it comes', async () => {
    const encrypted = testKeyPath('rsa-2048-pbes2-sha256.pem');
    writeFileSync(join(folder(), 'pass'), 'canary-passphrase\n');
    writeFileSync(join(folder(), 'x'), Buffer.alloc(256).toString('base64'));
    for (const source of [
      ['--passphrase-file', 'pass'],
      ['--passphrase-env', 'PASS'],
    ]) {
      const args = [
        'unwrap-key',
        '--privkey',
        encrypted,
        '--in',
        'x',
        '--wrapping-algorithm',
        'RSAES_OAEP_SHA_256',
      ];
      const env = { ...LOUD, PASS: 'canary-passphrase' };
      const result = await kmsx([...args, ...source], { cwd: folder(), env });
      expect(result).toMatchObject({ code: 6, stdout: '' });
      expect(result.stderr).toContain('passphrase');
      expect(result.stderr).not.toContain('canary');
    }
  });

  it('of a configuration file that is malformed', async () => {
    const cwd = folder();
    mkdirSync(join(cwd, '.aliyun'));
    const config = '{"current":"x","profiles":[{"access_key_secret":"canary-secret"';
    writeFileSync(join(cwd, '.aliyun', 'config.json'), config);
    const result = await kmsx([...EXPORT, '--region', 'cn-hangzhou'], { cwd, env: LOUD });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).not.toContain('canary');
  });

  it('in argv: no option takes a secret as its value', async () => {
    const program = await createFullProgram(testIo());
    const options = program.commands.flatMap((command) => command.options);
    const secretive = options.filter(({ long }) => /pass|-pin|secret|token/i.test(long ?? ''));
    expect(secretive.map(({ long }) => long)).toEqual(
      expect.arrayContaining(['--passphrase-file', '--passphrase-env', '--no-passphrase']),
    );
    // A token of PKCS#11 is a device: what names it is no secret.
    const names = secretive.filter(({ long }) => long !== '--token' && long !== '--for-token');
    for (const { long } of names) expect(long).toMatch(/-file$|-env$|^--no-/);
  });
});

describe('an environment that would leak or trust anybody', () => {
  it.each([
    ['NODE_DEBUG', 'http', EXPORT],
    ['NODE_DEBUG', 'http', ['unwrap-key', '--privkey', PRIVKEY]],
    ['NODE_DEBUG', 'tls', ['keygen', '--privkey-out', 'k', '--pubkey-out', 'p', '--no-passphrase']],
    ['NODE_DEBUG', 'http', ['rehearse']],
    ['NODE_OPTIONS', '--tls-keylog=keys.log', EXPORT],
    ['NODE_OPTIONS', '--no-warnings --tls_keylog=keys.log', ['rehearse']],
    ['NODE_OPTIONS', '--trace-tls', EXPORT],
    ['NODE_OPTIONS', '--heapsnapshot-signal=SIGUSR2', ['unwrap-key', '--privkey', PRIVKEY]],
    ['NODE_OPTIONS', '--report-on-signal', EXPORT],
    ['NODE_OPTIONS', '--report_uncaught_exception --report-directory=.', ['rehearse']],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0', EXPORT],
    ['NODE_COMPILE_CACHE', 'cache', EXPORT],
    ['NODE_COMPILE_CACHE', 'cache', ['help', 'terms']],
  ])('is refused: %s=%s', async (name, value, args) => {
    const result = await kmsx(args, { cwd: folder(), env: { [name]: value } });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(`kmsx: hint: unset ${name}`);
    expect(readdirSync(folder())).toEqual([]);
  });

  it('is refused by the launcher as by the program', async () => {
    const refusal = async (name: string): Promise<object> => {
      const args = ['rehearse', '--error-format', 'json'];
      const { stderr, ...result } = await kmsx(args, { cwd: folder(), env: { [name]: 'http' } });
      return { ...result, error: stderr.replaceAll(name, 'NAME').replace(/is set: [^"]*/, '') };
    };
    expect(await refusal('NODE_COMPILE_CACHE')).toEqual(await refusal('NODE_DEBUG'));
  });

  it('does not include a cache that Node.js was told not to use', async () => {
    const env = { NODE_COMPILE_CACHE: 'cache', NODE_DISABLE_COMPILE_CACHE: '1' };
    const result = await kmsx(['help', 'terms'], { cwd: folder(), env });
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });
});
