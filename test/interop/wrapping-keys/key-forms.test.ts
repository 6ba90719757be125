/* Key files in every form that the openssl program writes, and what it wraps for them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretBytes } from '../../../src/base/bytes/secret-bytes.ts';
import { findWrappingAlgorithm } from '../../../src/wrapping/algorithms.ts';
import { makeKeyPair } from '../../../src/wrapping/key-pair.ts';
import {
  describePrivateKey,
  readPrivateKey,
} from '../../../src/wrapping/private-key/private-key.ts';
import { readPublicKey } from '../../../src/wrapping/public-key/public-key.ts';
import { makeEveryForm, openssl, privateKeyFiles, publicKeyFiles } from '../../keys/forms.ts';

const folder = mkdtempSync(join(tmpdir(), 'kmsx-key-forms-'));
const DATA_KEY = Buffer.from(
  '000102030405060708090a0b0c0d0e0f808182838485868788898a8b8c8d8eff',
  'hex',
);
const ALGORITHMS = {
  sha256: findWrappingAlgorithm('RSAES_OAEP_SHA_256'),
  sha1: findWrappingAlgorithm('RSAES_OAEP_SHA_1'),
};
const KEYS = [
  { name: 'rsa-2048', bits: 2048, passphrase: 'a passphrase' },
  { name: 'rsa-3072', bits: 3072, passphrase: 'pässphrase, 口令 €' },
];

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function secret(text: string): SecretBytes {
  return new SecretBytes(Buffer.from(text));
}

function fingerprintByShell(publicKeyFile: string): string {
  const command = `openssl pkey -pubin -in ${publicKeyFile} -outform DER | sha256sum`;
  const printed = execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  return `SHA256:${printed.slice(0, 64)}`;
}

function wrapByOpenSsl(publicKeyFile: string, ...options: string[]): Buffer {
  const pkeyopts = ['rsa_padding_mode:oaep', ...options].flatMap((each) => ['-pkeyopt', each]);
  return openssl(
    folder,
    ['pkeyutl', '-encrypt', '-pubin', '-inkey', publicKeyFile, ...pkeyopts],
    DATA_KEY,
  );
}

describe.each(KEYS)('$name', ({ name, bits, passphrase }) => {
  let fingerprint: string;
  let wrapped: { hash: 'sha256' | 'sha1'; bytes: Buffer }[];

  beforeAll(() => {
    makeEveryForm(folder, name, bits, passphrase);
    const publicKeyFile = `${name}-pub.pem`;
    fingerprint = fingerprintByShell(publicKeyFile);
    const wrap = (...options: string[]) => wrapByOpenSsl(publicKeyFile, ...options);
    wrapped = [
      { hash: 'sha256', bytes: wrap('rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256') },
      { hash: 'sha256', bytes: wrap('rsa_oaep_md:sha256') },
      { hash: 'sha1', bytes: wrap('rsa_oaep_md:sha1') },
      { hash: 'sha1', bytes: wrap() },
    ];
  });

  it.each(publicKeyFiles(name))('reads $file as $form', ({ file, form }) => {
    const facts = readPublicKey(readFileSync(join(folder, file)), file);
    expect(facts).toMatchObject({ form, keyType: 'rsa', modulusBits: bits, fingerprint });
  });

  it.each(privateKeyFiles(name))('reads $file as $form and unwraps with it', async (row) => {
    const bytes = readFileSync(join(folder, row.file));
    const ask = () => Promise.resolve(secret(passphrase));
    const key = await readPrivateKey(bytes, row.file, ask);
    const { form, encrypted } = row;
    expect(key).toMatchObject({ form, encrypted, modulusBits: bits, fingerprint });
    for (const { hash, bytes: wrappedDataKey } of wrapped) {
      const algorithm = ALGORITHMS[hash];
      expect((await key.unwrap(wrappedDataKey, algorithm)).bytes).toEqual(DATA_KEY);
    }
  });

  it.each(privateKeyFiles(name))('describes $file without its passphrase', async (row) => {
    const bytes = readFileSync(join(folder, row.file));
    const { form, encrypted } = row;
    expect(await describePrivateKey(bytes, row.file)).toMatchObject(
      encrypted ? { form, encrypted } : { form, encrypted, modulusBits: bits, fingerprint },
    );
  });
});

describe('makeKeyPair', () => {
  it.each([undefined, 'pässphrase, 口令 €'])(
    'makes a pair that openssl takes, with the passphrase %s',
    async (passphrase) => {
      const given = passphrase === undefined ? undefined : secret(passphrase);
      const pair = await makeKeyPair(given);
      writeFileSync(join(folder, 'made.pem'), pair.privateKeyPem.bytes);
      writeFileSync(join(folder, 'made.pub.pem'), pair.publicKeyPem);
      const passin = ['-passin', `pass:${passphrase ?? ''}`];
      const checked = openssl(folder, ['pkey', '-check', '-noout', '-in', 'made.pem', ...passin]);
      expect(checked.toString()).toContain('Key is valid');
      const publicHalf = openssl(folder, ['pkey', '-pubout', '-in', 'made.pem', ...passin]);
      expect(publicHalf.toString()).toBe(pair.publicKeyPem);
      expect(fingerprintByShell('made.pub.pem')).toBe(pair.fingerprint);
    },
  );
});
