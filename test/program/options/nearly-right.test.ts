/* Values that are nearly right: for every option with few values, or values of a known form, what was meant is said. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';
import { createFullProgram } from '../../../src/program/program.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const UUID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const DIGITS = 'dee3c693'.repeat(8);

interface Refusal {
  readonly message: string;
  readonly hint: string;
}

async function refusal(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Refusal> {
  const options = { cwd: folder(), env: { HOME: folder(), ...env } };
  const { code, stdout, stderr } = await runInProcess(argv, options);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  const [, message = '', hint = ''] =
    /^kmsx: error: (.*)\n(?:kmsx: hint: (.*)\n)?/m.exec(stderr) ?? [];
  return { message, hint };
}

const KEY = ['--key-id', 'alias/x'];
const EXPORT = ['export-key', '--pubkey', PUBKEY, ...KEY];
const UNWRAP = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'gone'];
const ARN = `acs:kms:cn-hangzhou:1234:key/${UUID}`;

beforeEach(() => {
  mkdirSync(join(folder(), '.aliyun'));
  writeFileSync(
    join(folder(), '.aliyun/config.json'),
    JSON.stringify({ current: 'prod', profiles: [{ name: 'prod' }, { name: 'staging' }] }),
  );
});

/** The arguments before the option, the option, the value, and what is suggested in its place. */
const MEMBERS: [argv: readonly string[], option: string, value: string, meant: string][] = [
  [[], '--color', 'allways', 'always'],
  [[], '--color', 'Never', 'never'],
  [[], '--error-format', 'JSON', 'json'],
  [EXPORT, '--key-spec', 'AES256', 'AES_256'],
  [EXPORT, '--key-spec', 'aes-128', 'AES_128'],
  [EXPORT, '--key-spec', 'AES_256 ', 'AES_256'],
  [EXPORT, '--key-spec', '256', 'AES_256'],
  [EXPORT, '--key-spec', 'AES_256_GCM', 'AES_256'],
  [EXPORT, '--backup-format', 'Blob', 'blob'],
  [EXPORT, '--backup-format', 'jsonl', 'json'],
  [UNWRAP, '--format', 'base-64', 'base64'],
  [UNWRAP, '--format', 'hexadecimal', 'hex'],
  [EXPORT, '--wrapping-algorithm', 'RSAES_OAEP_SHA256', 'RSAES_OAEP_SHA_256'],
  [EXPORT, '--wrapping-algorithm', 'rsaes-oaep-sha-1', 'RSAES_OAEP_SHA_1'],
  [EXPORT, '--wrapping-algorithm', 'RSA_OAEP_SHA_256', 'RSAES_OAEP_SHA_256'],
  [EXPORT, '--wrapping-algorithm', 'OAEP_SHA_256', 'RSAES_OAEP_SHA_256'],
  [UNWRAP, '--wrapping-algorithm', 'sha256', 'RSAES_OAEP_SHA_256'],
  [EXPORT, '--wrapping-key-spec', 'RSA2048', 'RSA_2048'],
  [EXPORT, '--wrapping-key-spec', '2048', 'RSA_2048'],
  [UNWRAP, '--check-value-methods', 'labels', 'label'],
  [UNWRAP, '--check-value-methods', 'AES-ECB', 'ecb'],
  [UNWRAP, '--expect-check-value', '39935c', 'ecb:39935c'],
  [UNWRAP, '--expect-check-value', '39 93 5C', 'ecb:39935c'],
  [UNWRAP, '--expect-check-value', 'ecb=39935c', 'ecb:39935c'],
  [UNWRAP, '--expect-check-value', 'AES-ECB-ZERO:39935c', 'ecb:39935c'],
  [UNWRAP, '--expect-check-value', 'KCV: 0x39935C', 'ecb:39935c'],
  [UNWRAP, '--expect-check-value', '0123456789', 'cmac:0123456789'],
  [EXPORT, '--expect-fingerprint', DIGITS, `SHA256:${DIGITS}`],
  [EXPORT, '--expect-fingerprint', `sha256=${DIGITS}`, `SHA256:${DIGITS}`],
  [EXPORT, '--expect-fingerprint', `"SHA256:${DIGITS}"`, `SHA256:${DIGITS}`],
  [['list-keys'], '--state', 'enable', 'Enabled'],
  [['record', 'add', 'record'], '--type', 'notes', 'note'],
  [['list-keys'], '--state', 'Pending-Deletion', 'PendingDeletion'],
  [['list-keys'], '--usage', 'encrypt_decrypt', 'ENCRYPT/DECRYPT'],
  [['policy', ...KEY], '--for', 'export', 'export-key'],
  [['policy', ...KEY], '--for', 'exportkey', 'export-key'],
  [['doctor', ...KEY], '--for', 'verfy-key', 'verify-key'],
  [['list-keys'], '--region', 'CN-Hangzhou', 'cn-hangzhou'],
  [['list-keys'], '--region', 'cn_hangzhou', 'cn-hangzhou'],
  [['list-keys'], '--region', 'cn–hangzhou', 'cn-hangzhou'],
  [['list-keys'], '--region', 'kms.cn-hangzhou.aliyuncs.com', 'cn-hangzhou'],
  [['list-keys'], '--region', '"cn-hangzhou"', 'cn-hangzhou'],
  [['list-keys'], '--gateway', 'Public', 'public'],
  [['list-keys'], '--gateway', 'locl', 'local'],
  [['list-keys'], '--gateway', 'KST-hzz123', 'kst-hzz123'],
  [['list-keys'], '--gateway', 'kst-hzz123.cryptoservice.kms.aliyuncs.com', 'kst-hzz123'],
  [['list-keys'], '--profile', 'Prod', 'prod'],
  [['list-keys'], '--timeout', '10s', '10'],
  [['list-keys'], '--timeout', '500ms', '0.5'],
  [['list-keys'], '--timeout', '2,5', '2.5'],
  [['list-keys'], '--deadline', '2 min', '120'],
  [['list-keys'], '--deadline', ' 60', '60'],
  [EXPORT, '--number-of-bytes', '32B', '32'],
  [EXPORT, '--number-of-bytes', '256-bit', '32'],
  [EXPORT, '--number-of-bytes', '32 bytes', '32'],
  [['list-keys'], '--profile', 'stagin', 'staging'],
  [['export-key', '--pubkey', PUBKEY], '--key-id', 'Alias/x', 'alias/x'],
  [['export-key', '--pubkey', PUBKEY], '--key-id', 'alias:x', 'alias/x'],
  [['export-key', '--pubkey', PUBKEY], '--key-id', '/alias/x', 'alias/x'],
  [['export-key', '--pubkey', PUBKEY], '--key-id', 'x', 'alias/x'],
  [['export-key', '--pubkey', PUBKEY], '--key-id', '"alias/x"', 'alias/x'],
  [['export-key', '--pubkey', PUBKEY], '--key-id', '“alias/x”', 'alias/x'],
  [['export-key', '--pubkey', PUBKEY], '--key-id', `{${UUID}}`, UUID],
  [['export-key', '--pubkey', PUBKEY], '--key-id', `Key/${UUID}`, UUID],
  [['export-key', '--pubkey', PUBKEY], '--key-id', UUID.replaceAll('-', ''), UUID],
  [['export-key', '--pubkey', PUBKEY], '--key-id', UUID.replaceAll('-', '–'), UUID],
  [['export-key', '--pubkey', PUBKEY], '--key-id', 'KEY-hzz123', 'key-hzz123'],
  [['export-key', '--pubkey', PUBKEY], '--key-id', ARN.replace('acs', 'ACS'), ARN],
  [['export-key', '--pubkey', PUBKEY], '--key-id', `arn:${ARN}`, ARN],
  [['export-key', '--pubkey', PUBKEY], '--key-id', ARN.replace('key/', 'KEY/'), ARN],
  [['export-key', '--pubkey', PUBKEY], '--key-id', ARN.replace('cn-h', 'CN_H'), ARN],
  [['inspect', 'x.json'], '--recipe', 'OpenSSL', 'openssl'],
  [['inspect', 'x.json'], '--recipe', 'pkcs11tool', 'pkcs11-tool'],
  [['policy', ...KEY], '--to-key-id', 'Alias/x', 'alias/x'],
  [['policy', ...KEY], '--source-key-id', `key/${UUID}`, UUID],
];

describe('a value that is nearly right', () => {
  it.each(MEMBERS)('%j %s %s: %s is suggested', async (argv, option, value, meant) => {
    const words = argv.length === 0 ? [option, value, ...EXPORT] : [...argv, option, value];
    const { hint } = await refusal(words);
    expect(hint).toMatch(/^did you mean (?<option>--[a-z-]+ )?(?<value>\S+)\?$/);
    expect(hint.replace(`${option} `, '')).toBe(`did you mean ${meant}?`);
  });

  it('is suggested for every option with few values', async () => {
    const program = await createFullProgram(testIo());
    const options = program.commands.flatMap((command) => [...command.options, ...program.options]);
    const closed = options.filter(({ argChoices }) => argChoices !== undefined);
    const tested = new Set(MEMBERS.map(([, option]) => option));
    const names = closed.map(({ long }) => long);
    // KMS gets new specs every year: an unknown one is warned of.
    expect(names.filter((name) => !tested.has(name ?? '') && name !== '--spec')).toEqual([]);
  });

  it.each([
    ['completion', '/bin/zsh', 'kmsx completion zsh'],
    ['completion', 'Bash', 'kmsx completion bash'],
    ['help', 'exitcodes', 'kmsx help exit-codes'],
    ['help', 'enviroment', 'kmsx help environment'],
    ['help', 'error', 'kmsx help errors'],
  ])('is suggested as argument of %s too: %s', async (command, word, meant) => {
    expect((await refusal([command, word])).hint).toBe(`did you mean ${meant}?`);
  });

  it.each([
    ['throtle', 'throttle'],
    ['throttle:acton=Decrypt', 'action'],
  ])('is suggested for the fault %s', async (spec, meant) => {
    const { message } = await refusal(['local-kms', '--fault', spec]);
    expect(message).toContain(`did you mean ${meant}?`);
  });

  it.each([
    [{ ALIBABA_CLOUD_REGION_ID: 'cn_hangzhou' }, 'ALIBABA_CLOUD_REGION_ID=cn-hangzhou'],
    [{ KMSX_GATEWAY: 'Public' }, 'KMSX_GATEWAY=public'],
  ])('is suggested for the variable too: %j', async (env, meant) => {
    expect((await refusal(['list-keys'], env)).hint).toBe(`did you mean ${meant}?`);
  });

  it.each(['Secret:x', 'secrets:x', 'secret：x', 'secret=x', ' secret:x'])(
    '%s names no file for a backup',
    async (place) => {
      const { hint } = await refusal([...EXPORT, '--gateway', 'local', '--backup', place]);
      expect(hint).toMatch(/^did you mean secret:x\? a file of that name is /);
      expect((await refusal(['recover-key', '--in', place])).hint).toBe(hint);
    },
  );

  it.each([
    ['--expect-fingerprint', `SHA256:${'A'.repeat(43)}`, 'the fingerprint of OpenSSH'],
    ['--expect-fingerprint', Array.from({ length: 32 }, () => 'AB').join(':'), 'a certificate'],
  ])('is told apart from another form: %s %s', async (option, value, words) => {
    expect((await refusal([...EXPORT, option, value])).hint).toContain(words);
  });

  it('is not suggested where several or none are meant', async () => {
    for (const value of ['AES', 'x', '', 'DES3']) {
      expect((await refusal([...EXPORT, '--key-spec', value])).hint).not.toContain('did you mean');
    }
  });
});

describe('what may be a secret is not repeated', () => {
  it.each([
    ['--expect-check-value', DIGITS.slice(0, 32), 'write label: or sha256: before the 32 digits'],
    ['--expect-check-value', DIGITS, 'ecb:6 digits'],
    ['--passphrase-env', 'hunter2', '--passphrase-env takes the name, without $'],
  ])('%s %s', async (option, value, words) => {
    const keygen = ['keygen', '--privkey-out', 'k', '--pubkey-out', 'p'];
    const { message, hint } = await refusal([
      ...(option === '--passphrase-env' ? keygen : UNWRAP),
      option,
      value,
    ]);
    expect(hint).toContain(words);
    expect(message + hint).not.toContain(value);
  });
});

describe('a character that does not belong to it', () => {
  const STRAYS: [string, string][] = [
    [' ', 'a blank'],
    ['\n', 'a line break'],
    ['\r', 'a carriage return'],
    ['\t', 'a tab'],
    ['\u00a0', 'a non-breaking space'],
    ['\u3000', 'a wide blank'],
    ['\u200b', 'the character U+200B'],
    ['\ufeff', 'a byte order mark'],
    ['"', 'a quotation mark'],
    ['’', 'the character U+2019'],
  ];
  const OPTIONS: [argv: readonly string[], option: string, value: string, meant: string][] = [
    [['list-keys'], '--region', 'cn-hangzhou', '--region cn-hangzhou'],
    [['list-keys'], '--gateway', 'kst-x', '--gateway kst-x'],
    [['list-keys'], '--endpoint', 'kms.example:8443', '--endpoint kms.example:8443'],
    [['list-keys'], '--endpoint', 'https://kms.example', '--endpoint https://kms.example'],
    [['list-keys', '--gateway', 'kst-x'], '--resolve', 'kst-x:443:127.0.0.1', '--resolve HOST:'],
    [['export-key', '--pubkey', PUBKEY], '--key-id', 'alias/x', '--key-id alias/x'],
    [['policy', ...KEY], '--to-key-id', ARN, `--to-key-id ${ARN}`],
  ];

  it.each(OPTIONS)('is named: %j %s %s', async (argv, option, value, meant) => {
    for (const [stray, name] of STRAYS) {
      for (const text of [value + stray, stray + value]) {
        const { message, hint } = await refusal([...argv, option, text]);
        expect(message).toContain(` has ${name} in it`);
        expect(hint).toContain(meant);
      }
    }
  });

  it('is not shown with a password', async () => {
    const { message, hint } = await refusal([
      'list-keys',
      '--endpoint',
      'https://me:hunter2@kms.example ',
    ]);
    expect(message).toBe('--endpoint has a blank in it');
    expect(hint).not.toContain('hunter2');
  });
});
