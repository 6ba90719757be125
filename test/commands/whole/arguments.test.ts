import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANY_CREDENTIALS, useFakeKms } from '../../support/kms/fake-kms.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY, testKey, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const fakeKms = useFakeKms();

const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
const forPubkey = (name: string): string[] => [
  ...['export-key', '--key-id', 'alias/rehearsal', '--pubkey', testKeyPath(name)],
];

describe('bad use is exit 2, says what is wrong and what to type, and sends and writes nothing', () => {
  it.each([
    [
      'an option given twice',
      [...EXPORT, '--key-id', 'alias/x'],
      '--key-id is given twice and takes one value',
    ],
    [
      'an option given twice, once with =',
      [...EXPORT, '--region', 'a', '--region=b'],
      '--region is given twice',
    ],
    [
      'a value that begins with --',
      ['export-key', '--key-id', '--pubkey', PUBKEY],
      '--key-id has no value: --pubkey follows it',
    ],
    ['no public key', ['export-key', '--key-id', 'alias/x'], 'at least one --pubkey is needed'],
    ['no KMS key', ['export-key', '--pubkey', PUBKEY], '--key-id is needed, or KMSX_KEY_ID'],
    [
      'two sizes',
      [...EXPORT, '--key-spec', 'AES_128', '--number-of-bytes', '16'],
      '--key-spec and --number-of-bytes exclude each other',
    ],
    [
      'no bytes',
      [...EXPORT, '--number-of-bytes', '0'],
      '--number-of-bytes takes a number from 1 to 1024',
    ],
    [
      'too many bytes',
      [...EXPORT, '--number-of-bytes', '1025'],
      '--number-of-bytes takes a number from 1 to 1024',
    ],
    [
      'a number that is none',
      [...EXPORT, '--number-of-bytes', '1e2'],
      '--number-of-bytes takes a number',
    ],
    ...['--timeout', '--deadline'].flatMap((option): [string, string[], string][] => [
      [`no time for ${option}`, [...EXPORT, option, '0'], `${option} takes seconds, more than 0`],
      [`words for ${option}`, [...EXPORT, option, '1e3'], `${option} takes seconds, more than 0`],
      [
        `too much time for ${option}`,
        [...EXPORT, option, '3000000'],
        `${option} takes at most 99999 seconds`,
      ],
    ]),
    [
      '191 bytes with SHA-256',
      [...EXPORT, '--number-of-bytes', '191'],
      'a data key of 191 bytes is too long',
    ],
    [
      '215 bytes with SHA-1',
      [...EXPORT, '--number-of-bytes', '215', '--wrapping-algorithm', 'RSAES_OAEP_SHA_1'],
      'carries at most 214',
    ],
    ['SM2PKE', [...EXPORT, '--wrapping-algorithm', 'SM2PKE'], 'SM2PKE takes EC_SM2 keys'],
    ['EC_SM2', [...EXPORT, '--wrapping-key-spec', 'EC_SM2'], 'and --wrapping-key-spec EC_SM2'],
    [
      'the same public key twice',
      [...EXPORT, '--pubkey', testKeyPath('rsa-2048-pub.der')],
      'was given before',
    ],
    [
      'a region that would change the host',
      [...EXPORT, '--region', 'evil.example/#'],
      '--region is not a region',
    ],
    [
      'a gateway of no kind',
      [...EXPORT, '--gateway', 'kst-/evil'],
      '--gateway takes public, vpc, local',
    ],
    [
      'two gateways',
      [...EXPORT, '--gateway', 'vpc', '--endpoint', 'x'],
      '--gateway and --endpoint exclude each other',
    ],
    ['http beyond loopback', [...EXPORT, '--endpoint', 'http://192.0.2.1'], 'http://'],
    [
      '--resolve beyond loopback',
      [...EXPORT, '--resolve', 'x:443:192.0.2.1'],
      '--resolve takes loopback addresses only',
    ],
    [
      '--resolve for another port than that of the gateway',
      [...EXPORT, '--endpoint', 'x.example', '--resolve', 'x.example:8443:127.0.0.1'],
      'no --resolve is for x.example:443',
    ],
    [
      '--resolve to a port that is none',
      [...EXPORT, '--resolve', 'x:99999:127.0.0.1'],
      '--resolve HOST:PORT:ADDRESS, as in',
    ],
    [
      '--resolve for every name',
      [...EXPORT, '--resolve', '*:8443:127.0.0.1'],
      '--resolve HOST:PORT:ADDRESS, as in',
    ],
    [
      '--resolve with the embedded KMS',
      [...EXPORT, '--gateway', 'local', '--resolve', 'x:443:127.0.0.1'],
      '--resolve and --gateway local exclude each other',
    ],
    [
      "the embedded KMS's region with the public gateway",
      [...EXPORT, '--gateway', 'public', '--region', 'cn-local'],
      'did kmsx local-kms start? set KMSX_ENDPOINT',
    ],
    [
      'fingerprints for some keys',
      [...EXPORT, '--pubkey', PUBKEY, '--expect-fingerprint', `SHA256:${'0'.repeat(64)}`],
      'none, or one for each',
    ],
    [
      'a fingerprint that is none',
      [...EXPORT, '--expect-fingerprint', 'SHA256:abc'],
      '--expect-fingerprint takes SHA256:',
    ],
    ['a context without =', [...EXPORT, '--context', 'a'], '--context takes NAME=VALUE'],
    [
      'a context name twice',
      [...EXPORT, '--context', 'a=1', '--context', 'a=2'],
      'has the name "a" twice',
    ],
    [
      '8,193 characters of context',
      [...EXPORT, '--context', `n=${'x'.repeat(8185)}`],
      'has 8193 characters as JSON',
    ],
    ["a context name of kmsx's own", [...EXPORT, '--context', 'kmsx:id=1'], "are kmsx's own"],
    [
      'a private key',
      forPubkey('rsa-2048-pkcs8.pem'),
      'holds a private key; --pubkey takes the public half',
    ],
    ['a backup in a secret of no name', [...EXPORT, '--backup', 'secret:'], 'KMS does not allow'],
    ['an empty file name', [...EXPORT, '--backup', ''], '--backup has an empty file name'],
    ['a time-out of nothing', [...EXPORT, '--timeout', '0'], '--timeout takes seconds'],
    ['no attempts', [...EXPORT, '--max-attempts', '0'], '--max-attempts takes a number'],
    ['an option that is not there', [...EXPORT, '--pubky', 'x'], 'unknown option --pubky'],
    ['a command that is not there', ['export-kye'], 'unknown command export-kye'],
    ['an argument that is not wanted', [...EXPORT, 'extra'], 'too many arguments'],
  ])('%s', async (_, args, message) => {
    let calls = 0;
    const url = await fakeKms(() => (calls += 1));
    const result = await kmsx(args, {
      cwd: folder(),
      env: { ...ANY_CREDENTIALS, KMSX_ENDPOINT: url },
    });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
    expect(result.stderr).toMatch(/^kmsx: error: .+[^.]\n(kmsx: hint: .+\n)+$/);
    expect(calls).toBe(0);
    expect(readdirSync(folder())).toEqual([]);
  });

  it('RSA of another size than 2048', async () => {
    const large = createPublicKey(testKey('rsa-3072.pem')).export({ type: 'spki', format: 'pem' });
    writeFileSync(join(folder(), 'large.pem'), large);
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', 'large.pem'];
    const result = await kmsx(args, { cwd: folder(), env: ANY_CREDENTIALS });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('3072');
  });

  it('KMSX_GATEWAY=local', async () => {
    const result = await kmsx(EXPORT, { cwd: folder(), env: { KMSX_GATEWAY: 'local' } });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('KMSX_GATEWAY=local is refused');
  });

  it('a socks proxy, by name', async () => {
    const env = { ...ANY_CREDENTIALS, ALL_PROXY: 'socks5://127.0.0.1:1080' };
    const result = await kmsx([...EXPORT, '--region', 'cn-hangzhou', '--backup', 'b'], {
      cwd: folder(),
      env,
    });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('socks5');
    expect(readdirSync(folder())).toEqual([]);
  });
});

describe('an encryption context', () => {
  it('reaches KMS with every name and value, and must be repeated to open the backup', async () => {
    const { endpoint, env } = await localKms({ cwd: folder() });
    writeFileSync(join(folder(), 'c.json'), '{"from file":"1"}');
    const context = [
      '--context',
      '__proto__=x',
      '--context',
      '🔑=a=b=',
      '--context-file',
      'c.json',
    ];
    const args = [
      ...EXPORT,
      ...context,
      '--backup',
      'b.json',
      '--backup-format',
      'blob',
      ...endpoint,
    ];
    const printed = await kmsxOk(args, { cwd: folder(), env });
    const { EncryptionContext } = JSON.parse(printed) as { EncryptionContext: object };
    expect(new Map(Object.entries(EncryptionContext))).toEqual(
      new Map([
        ['from file', '1'],
        ['__proto__', 'x'],
        ['🔑', 'a=b='],
      ]),
    );
    const reexport = [
      'reexport-key',
      '--in',
      'b.json',
      '--pubkey',
      PUBKEY,
      '--out',
      'e.json',
      ...endpoint,
    ];
    expect(await kmsx(reexport, { cwd: folder(), env })).toMatchObject({ code: 4 });
    expect(await kmsx([...reexport, ...context.slice(0, 4)], { cwd: folder(), env })).toMatchObject(
      {
        code: 4,
      },
    );
    await kmsxOk([...reexport, ...context], { cwd: folder(), env });
  });
});

describe("a rehearsal's document", () => {
  it('is refused with a real gateway, and a real one with the embedded KMS', async () => {
    const cwd = folder();
    await kmsxOk([...EXPORT, '--gateway', 'local', '--backup', 'b.json', '--out', 'e.json'], {
      cwd,
    });
    const args = ['reexport-key', '--pubkey', PUBKEY, '--out', 'x.json', '--in'];
    const real = await kmsx([...args, 'b.json', '--region', 'cn-hangzhou'], {
      cwd,
      env: ANY_CREDENTIALS,
    });
    expect(real).toMatchObject({ code: 2, stdout: '' });
    expect(real.stderr).toContain('b.json is from a rehearsal, and the gateway is real');
    const { Rehearsal, ...backup } = JSON.parse(
      readFileSync(join(cwd, 'b.json'), 'utf8'),
    ) as Record<string, unknown>;
    writeFileSync(join(cwd, 'real.json'), JSON.stringify({ ...backup, Region: 'cn-hangzhou' }));
    const local = await kmsx([...args, 'real.json', '--gateway', 'local'], { cwd });
    expect(local).toMatchObject({ code: 2, stdout: '' });
    expect(local.stderr).toContain('real.json is not from a rehearsal');
  });
});

describe('short options', () => {
  it('do with the real program what the long ones do', async () => {
    const cwd = folder();
    const call = [...EXPORT, '--gateway', 'local', '--backup', 'b.json'];
    const asked = await kmsxOk([...call, '-nqo', 'e.json'], { cwd });
    expect(JSON.parse(asked)).toMatchObject({ DryRun: true, WouldSucceed: true });
    expect(readdirSync(cwd)).not.toContain('e.json');
    await kmsxOk([...call, '-oe.json'], { cwd });
    const recover = ['recover-key', '--gateway', 'local', '-i', 'b.json'];
    await kmsxOk([...recover, '-o', 'key'], { cwd });
    expect(await kmsx([...recover, '-okey'], { cwd })).toMatchObject({ code: 2 });
    await kmsxOk([...recover, '-fokey'], { cwd });
    expect(await kmsxOk([...recover, '-o-'], { cwd })).toBe(readFileSync(join(cwd, 'key'), 'utf8'));
  });
});

describe('--no-input', () => {
  it('refuses to ask with the real program', async () => {
    const argv = ['keygen', '--no-input', '--privkey-out', 'k', '--pubkey-out', 'p'];
    const { code, stderr } = await kmsx(argv, { cwd: folder() });
    expect(code).toBe(2);
    expect(stderr).toContain('a passphrase is needed, and --no-input forbids asking');
    expect(readdirSync(folder())).toEqual([]);
  });
});
