/* An encryption context is logged by KMS in clear: what is recognised as a secret never gets there. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const PEM = readFileSync(PRIVKEY, 'utf8');
const KEY = createPrivateKey(PEM);
const der = (type: 'pkcs8' | 'pkcs1'): Buffer => KEY.export({ type, format: 'der' });
const PKCS8 = der('pkcs8');
const ENCRYPTED = KEY.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'x',
}) as string;
const JWK = JSON.stringify(KEY.export({ format: 'jwk' }));
const COMPONENT = readFileSync(join(GOLDEN_FOLDERS[0] ?? '', 'component-xor-1.json'), 'utf8');
const DATA_KEY = Buffer.alloc(32, 0xa7);
const ANSWER = JSON.stringify({
  KeyId: 'k',
  Plaintext: DATA_KEY.toString('base64'),
  CiphertextBlob: 'AAAA',
});

const SECRETS: [name: string, text: string][] = [
  ['a private key in PEM', PEM],
  ['an encrypted private key in PEM', ENCRYPTED],
  ['PEM with literal line breaks', PEM.replaceAll('\n', String.raw`\n`)],
  ['PEM on one line', PEM.replaceAll('\n', ' ')],
  ['PKCS#1 in base64', der('pkcs1').toString('base64')],
  ['PKCS#8 in base64', PKCS8.toString('base64')],
  ['PKCS#8 in base64url', PKCS8.toString('base64url')],
  ['PKCS#8 in hexadecimal', PKCS8.toString('hex')],
  ['a private JWK', JWK],
  ['a symmetric JWK', '{"kty":"oct","k":"p6enp6enp6enp6enp6enpw"}'],
  ['a PuTTY key', 'PuTTY-User-Key-File-3: ssh-rsa\n'],
  ['an OpenPGP key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n'],
  ['a component', COMPONENT],
  ['an answer with Plaintext', ANSWER],
  ['an answer of GenerateAndExportDataKey', '{"RequestId":"r","CiphertextBlob":"AAAA"}'],
  ['an answer of GetSecretValue', '{"SecretData":"x","RequestId":"r"}'],
  ['an answer of an SDK', JSON.stringify({ headers: {}, body: { keyId: 'k', plaintext: 'AAAA' } })],
  ['an answer in camel case', '{"keyId":"k","ciphertextBlob":"AAAA","plaintext":"AAAA"}'],
  ['several answers', `[${ANSWER},${ANSWER}]`],
  ['an answer in base64', Buffer.from(ANSWER).toString('base64')],
  ['PEM in base64', Buffer.from(PEM).toString('base64')],
  ['a component in base64', Buffer.from(COMPONENT).toString('base64')],
  ['credentials', '{"AccessKeyId":"LTAI","AccessKeySecret":"x","SecurityToken":"y"}'],
];

const EXPORT = ['export-key', '--key-id', 'alias/x', '--pubkey', PUBKEY];
/** What connects would fail with exit 5. */
const NOWHERE = ['--endpoint', 'http://127.0.0.1:1', '--max-attempts', '1'];

async function refused(...argv: string[]): Promise<string> {
  const words = [...argv, ...NOWHERE, '--error-format', 'json'];
  const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' };
  const run = await runInProcess(words, { cwd: folder(), env });
  expect(run, run.stderr).toMatchObject({ code: 2, stdout: '' });
  expect(JSON.parse(run.stderr)).toMatchObject({ Error: { Code: 'context-secret' } });
  return run.stderr;
}

/** Some of the middle, which no error may have. */
const middleOf = (text: string): string => text.slice(text.length / 2, text.length / 2 + 20);

describe('a secret as encryption context', () => {
  it.each(SECRETS)('is refused, as a file and as a value: %s', async (_, text) => {
    writeFileSync(join(folder(), 'c.json'), text);
    writeFileSync(join(folder(), 'wrapped.json'), JSON.stringify({ purpose: text }));
    writeFileSync(join(folder(), 'blob'), Buffer.alloc(150, 0xa7).toString('base64'));
    const said = [
      await refused(...EXPORT, '--context-file', 'c.json'),
      await refused(...EXPORT, '--context-file', 'wrapped.json'),
      await refused(...EXPORT, '--context', `purpose=${text}`),
      await refused(...EXPORT, '--context', 'a=b', '--context', `purpose=${text}`),
      await refused(
        'recover-key',
        '--check-value-only',
        '--in',
        'blob',
        '--context-file',
        'c.json',
      ),
    ];
    for (const line of said) expect(line).not.toContain(middleOf(text));
  });

  it('is refused as the new context of reencrypt-key', async () => {
    writeFileSync(join(folder(), 'c.json'), ANSWER);
    writeFileSync(join(folder(), 'blob'), Buffer.alloc(150, 0xa7).toString('base64'));
    const argv = ['reencrypt-key', '--in', 'blob', '--to-key-id', 'alias/x', '--backup', 'b.json'];
    await refused(...argv, '--to-context-file', 'c.json');
    await refused(...argv, '--to-context', `k=${PEM}`);
  });

  it.each([16, 32])('is refused where a plaintext key of %i bytes ends with =', async (length) => {
    const word = DATA_KEY.subarray(0, length).toString('base64');
    expect(await refused(...EXPORT, '--context', word)).not.toContain(word.slice(0, 20));
  });

  it('is refused where a private key in base64 ends with =', async () => {
    const word = PKCS8.toString('base64').replace(/=*$/, '=');
    await refused(...EXPORT, '--context', word);
  });
});

describe('what is no secret', () => {
  it.each([
    ['a public key', createPublicKey(KEY).export({ type: 'spki', format: 'pem' }) as string],
    ['a digest', DATA_KEY.toString('base64')],
    ['a digest in hexadecimal', DATA_KEY.toString('hex')],
    ['JSON', '{"a":"b"}'],
    ['words', 'the d, k and Plaintext of a RequestId'],
    ['nothing', ''],
    ['a number whose digits begin as a private key does', '3080'],
  ])('is a context: %s', async (_, value) => {
    const argv = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
    const { code, stderr } = await runInProcess(
      [...argv, '--context', `purpose=${value}`, '--gateway', 'local', '--dry-run'],
      { cwd: folder(), env: { HOME: folder() }, isReal: true },
    );
    expect(code, stderr).toBe(0);
  });
});

describe('a name of the context with a blank', () => {
  it.each([
    ['purpose = payments', true],
    [' purpose=payments', true],
    ['purpose=in two words', false],
  ])('%s', async (pair, warns) => {
    const argv = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
    const { code, stderr } = await runInProcess(
      [...argv, '--context', pair, '--gateway', 'local', '--dry-run'],
      { cwd: folder(), env: { HOME: folder() }, isReal: true },
    );
    expect(code, stderr).toBe(0);
    expect(stderr.includes('begins or ends with a blank')).toBe(warns);
  });
});
