/* What is no ciphertext is judged before the network: every option that takes one, every secret, every dress. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { DRESSES } from '../../../support/hints/dresses.ts';
import { ANY_CREDENTIALS, useFakeKms } from '../../../support/kms/fake-kms.ts';
import { kmsx } from '../../../support/kmsx.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { PUBKEY, testKey } from '../../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const fakeKms = useFakeKms();

const SECRETS: Readonly<Record<string, Buffer>> = {
  'an AES-256 key': Buffer.from('cCriXxgOfCovzZGgQpEPEYagLTp7oW42jCguDShQ5e8=', 'base64'),
  'an AES-192 key': Buffer.alloc(24, 0xa5),
  'an AES-128 key': Buffer.alloc(16, 0xa5),
  'a private key in PEM': testKey('rsa-2048-pkcs8.pem'),
  'a private key in DER': testKey('rsa-2048-pkcs8.der'),
  'an encrypted private key': testKey('rsa-2048-pbes2-sha256.der'),
  'an OpenSSH key': testKey('openssh'),
  'a PKCS#12 file': testKey('rsa-2048-modern.p12'),
};

/** Every option that takes a ciphertext which KMS is then sent. */
const COMMANDS: readonly (readonly string[])[] = [
  ['recover-key', '--check-value-only', '--in', 'f'],
  ['recover-key', '--dry-run', '--in', 'f'],
  ['reexport-key', '--pubkey', PUBKEY, '--in', 'f'],
  ['reencrypt-key', '--to-key-id', 'alias/x', '--backup', 'new.json', '--in', 'f'],
  ['verify-key', '--expect-check-value', `label:${'0'.repeat(32)}`, '--against', 'f'],
  ['policy', '--check', '--for', 'recover-key', '--key-id', 'alias/x', '--in', 'f'],
];
const DOCTOR = ['doctor', '--for', 'recover-key', '--key-id', 'alias/x', '--in', 'f'];

/** Runs a command on what a file holds, against a KMS that keeps what reaches it. */
async function given(content: Buffer, argv: readonly string[]): Promise<string> {
  const { requests, told } = await asked(content, argv);
  expect(requests, told).toEqual([]);
  return told;
}

async function asked(content: Buffer, argv: readonly string[]) {
  const requests: string[] = [];
  const endpoint = await fakeKms((request, response) => {
    requests.push(request.url ?? '');
    request.on('data', (chunk: Buffer) => requests.push(chunk.toString()));
    request.on('end', () => response.end('{}'));
  });
  writeFileSync(join(folder(), 'f'), content);
  const connection = ['--endpoint', endpoint, '--region', 'cn-hangzhou', '--max-attempts', '1'];
  const { code, stdout, stderr } = await kmsx([...argv, ...connection], {
    cwd: folder(),
    env: ANY_CREDENTIALS,
  });
  return { requests, told: `exit ${String(code)} ${stdout}${stderr}` };
}

it.each(COMMANDS)('%s … sends no secret', async (...argv) => {
  for (const [name, secret] of Object.entries(SECRETS)) {
    const bare = await given(Buffer.from(secret.toString('base64')), argv);
    expect(bare, name).toMatch(/^exit 2 /);
    expect(bare, name).toMatch(/private key|PKCS#12|plaintext data key/);
    const CiphertextBlob = secret.toString('base64');
    const answer = await given(Buffer.from(JSON.stringify({ CiphertextBlob })), argv);
    expect(answer, name).toMatch(/^exit 2 /);
  }
});

it('doctor, which goes on with its other checks, sends no secret', async () => {
  for (const [name, secret] of Object.entries(SECRETS)) {
    const { requests, told } = await asked(Buffer.from(secret.toString('base64')), DOCTOR);
    expect(requests.join(' '), name).not.toContain('CiphertextBlob');
    expect(told, name).toMatch(/private key|PKCS#12|plaintext data key/);
  }
});

it.each(Object.entries(DRESSES))('no secret is sent in %s', async (_, put) => {
  for (const [name, secret] of Object.entries(SECRETS)) {
    const told = await given(put(secret), ['recover-key', '--check-value-only', '--in', 'f']);
    expect(told, name).toMatch(/^exit 2 /);
    expect(told).not.toContain(secret.toString('base64').slice(0, 16));
  }
});

it('nor does a hint make a ciphertext of a secret that is compressed or has NUL bytes', async () => {
  const pem = testKey('rsa-2048-pkcs8.pem');
  for (const secret of [gzipSync(pem), Buffer.concat([Buffer.of(0), pem])]) {
    for (const content of [secret, Buffer.from(secret.toString('base64'))]) {
      const told = await given(content, ['recover-key', '--check-value-only', '--in', 'f']);
      expect(told).toMatch(/^exit 2 /);
      expect(told).not.toMatch(/hint:.*base64 -w0/);
    }
  }
});

it('nor an answer of another maker, which only that one opens', async () => {
  const CiphertextBlob = Buffer.alloc(184, 0x83).toString('base64');
  const KeyId = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  for (const argv of COMMANDS) {
    const told = await given(Buffer.from(JSON.stringify({ CiphertextBlob, KeyId })), argv);
    expect(told).toMatch(/^exit 2 /);
    expect(told).toContain('an answer of AWS KMS');
  }
});
