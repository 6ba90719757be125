import { createPublicKey } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import type { CertificateOptions } from '../../support/wrapping/certificates.ts';
import { certificate, fileOf } from '../../support/wrapping/certificates.ts';
import { kmsx, kmsxOk } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { testKey } from '../../support/wrapping/wrapping-keys.ts';
import { jwkOf, prime, WEAK_MODULI } from '../../support/wrapping/weak-moduli.ts';

const folder = useTempFolder();

const jwkOfFile = (name: string): string =>
  JSON.stringify(createPublicKey(testKey(name)).export({ format: 'jwk' }));
const SOUND = jwkOfFile('rsa-2048.pem');

/** Exports to public keys, where nobody listens: exit code 5 is a public key that would be sent. */
async function exportTo(
  files: Readonly<Record<string, string | Buffer>>,
  ...more: string[]
): Promise<RunResult> {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder(), name), content);
  }
  const args = ['export-key', '--key-id', 'alias/rehearsal', '--backup', 'backup.json'];
  const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' };
  const run = await kmsx(
    [
      ...[...args, ...Object.keys(files).flatMap((name) => ['--pubkey', name])],
      ...[
        '--region',
        'cn-hangzhou',
        '--endpoint',
        'http://127.0.0.1:9',
        '--max-attempts',
        '1',
        ...more,
      ],
    ],
    { cwd: folder(), env },
  );
  expect(readdirSync(folder()).sort()).toEqual(Object.keys(files).sort());
  return run;
}

/** Says that a public key is refused for what it is for, and nothing is sent. */
function expectRefused(run: RunResult, words: string): void {
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(/^kmsx: error: a\.pub holds a key that is for /);
  expect(run.stderr).toContain(words);
  expect(run.stderr).toMatch(/^kmsx: hint: .*kmsx keygen/m);
}

describe('the purpose of a JWK', () => {
  const key = JSON.parse(SOUND) as object;

  it.each([
    [{ use: 'sig' }, 'signatures and not for encryption ("use")'],
    [{ use: 'ENC' }, '"ENC" and not for encryption'],
    [{ use: 1 }, 'something else and not for encryption'],
    [{ key_ops: ['verify'] }, '"verify" and not for wrapKey ("key_ops")'],
    [{ key_ops: ['encrypt'] }, '"encrypt" and not for wrapKey'],
    [{ key_ops: [] }, 'nothing and not for wrapKey'],
    [{ key_ops: 'wrapKey' }, 'unknown operations ("key_ops" is no list of different ones)'],
    [{ key_ops: ['wrapKey', 'wrapKey'] }, 'unknown operations'],
    [{ use: 'enc', key_ops: ['verify'] }, 'not for wrapKey'],
    [{ use: 'sig', key_ops: ['wrapKey'] }, 'not for encryption'],
    [{ alg: 'RS256' }, 'the algorithm "RS256" ("alg"), which KMS does not have'],
    [{ alg: 'PS256', use: 'enc' }, '"PS256"'],
    [{ alg: 'RSA1_5' }, '"RSA1_5"'],
    [{ alg: 'RSA-OAEP-512' }, '"RSA-OAEP-512"'],
    [{ alg: 'rsa-oaep' }, '"rsa-oaep"'],
    [{ alg: ['RSA-OAEP'] }, 'the algorithm something else'],
    [{ alg: 'x'.repeat(1000) }, 'the algorithm something else'],
  ])('is obeyed where it forbids: %j', async (members, words) => {
    expectRefused(await exportTo({ 'a.pub': JSON.stringify({ ...key, ...members }) }), words);
    const set = { keys: [{ ...key, ...members }] };
    expectRefused(await exportTo({ 'a.pub': JSON.stringify(set) }), words);
  });

  it.each([
    {},
    { use: 'enc' },
    { key_ops: ['wrapKey'] },
    { key_ops: ['encrypt', 'wrapKey'], use: 'enc', ext: true, kid: 'a' },
    { use: null, key_ops: null, alg: null },
    { alg: 'RSA-OAEP-256' },
    { alg: 'RSA-OAEP' },
  ])('is no obstacle where it allows: %j', async (members) => {
    const run = await exportTo({ 'a.pub': JSON.stringify({ ...key, ...members }) });
    expect(run).toMatchObject({ code: 5 });
  });

  it.each([
    ['RSA-OAEP', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
    ['RSA-OAEP-256', 'RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'],
  ])('decides the algorithm: %s', async (alg, algorithm, other) => {
    const content = JSON.stringify({ ...key, alg });
    expect(await exportTo({ 'a.pub': content }, '--wrapping-algorithm', algorithm)).toMatchObject({
      code: 5,
    });
    const run = await exportTo({ 'a.pub': content }, '--wrapping-algorithm', other);
    expect(run).toMatchObject({ code: 2 });
    expect(run.stderr).toContain(
      `a.pub holds a key for ${algorithm} alone, and --wrapping-algorithm is ${other}`,
    );
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
    const outputs = ['--backup', join(folder(), 'backup.json')];
    const exported = await kmsxOk([...args, '--pubkey', 'a.pub', ...outputs], { cwd: folder() });
    expect(JSON.parse(exported)).toMatchObject({ WrappingAlgorithm: algorithm });
  });
});

describe('the certificate of --pubkey', () => {
  const own = { subject: 'wrap', key: 'key' } as const;

  it.each([
    [['digitalSignature'], 'digitalSignature and not for keyEncipherment'],
    [['dataEncipherment'], 'dataEncipherment and not for keyEncipherment'],
    [['keyCertSign', 'cRLSign'], 'keyCertSign, cRLSign and not for keyEncipherment'],
    [['keyAgreement', 'decipherOnly'], 'keyAgreement, decipherOnly and not for keyEncipherment'],
    [[], 'nothing and not for keyEncipherment (keyUsage of its certificate)'],
  ])('is obeyed where its keyUsage is %j', async (keyUsage, words) => {
    const pem = certificate({ ...own, keyUsage });
    expectRefused(await exportTo({ 'a.pub': pem }), words);
    const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
    expectRefused(await exportTo({ 'a.pub': der }), words);
    expectRefused(await exportTo({ 'a.pub': der.toString('base64') }), words);
  });

  it('is obeyed where it is the own one of a chain', async () => {
    const run = await exportTo({ 'a.pub': fileOf(['root', 'signer']) });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(
      /^kmsx: error: a\.pub: certificate 2 holds a key that is for digitalSignature and not/,
    );
  });

  it('is malformed where its keyUsage is', async () => {
    const der = Buffer.from(
      certificate({ ...own, keyUsage: ['keyEncipherment'] }).replaceAll(/-----.*-----|\s/g, ''),
      'base64',
    );
    der[der.indexOf(Buffer.from('551d0f', 'hex')) + 8] = 0x04;
    const run = await exportTo({ 'a.pub': der });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^kmsx: error: a\.pub holds a public key that is damaged/);
  });

  it.each<[string, Omit<CertificateOptions, 'subject' | 'key'>, RegExp | undefined]>([
    ['no limits', {}, undefined],
    ['keyEncipherment', { keyUsage: ['keyEncipherment', 'digitalSignature'] }, undefined],
    ['emailProtection', { extendedKeyUsage: ['clientAuth', 'emailProtection'] }, undefined],
    ['serverAuth', { extendedKeyUsage: ['serverAuth'] }, /is for serverAuth alone/],
    [
      'a time that is over',
      { notAfter: '2021-01-01T00:00:00Z' },
      /expired at 2021-01-01T00:00:00Z/,
    ],
    [
      'a time to come',
      { notBefore: '2085-01-01T00:00:00Z' },
      /is not valid before 2085-01-01T00:00:00Z/,
    ],
  ])('is taken with %s, and a warning says what is odd', async (_, options, warning) => {
    const run = await exportTo({ 'a.pub': certificate({ ...own, ...options }) });
    expect(run).toMatchObject({ code: 5 });
    const warnings = run.stderr.match(/^kmsx: warning: the certificate in a\.pub .*$/gm) ?? [];
    expect(warnings).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
  });
});

describe('a modulus of --pubkey', () => {
  const SHOWN = [
    'an even number',
    'a multiple of 251',
    'a prime to the power of 2',
    'a product of neighbouring primes',
  ];

  // The rest is in test/unit/wrapping/modulus.
  it.each(WEAK_MODULI.filter(([what]) => SHOWN.includes(what)))(
    'is refused if it is %s',
    async (_, make, words) => {
      const run = await exportTo({ 'a.jwk': jwkOf(make()) });
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toMatch(/^kmsx: error: a\.jwk holds an RSA key whose modulus /);
      expect(run.stderr).toContain(words);
      expect(run.stderr).toMatch(/^kmsx: hint: .*kmsx keygen/m);
    },
  );

  const [common, a, b] = [prime(1024), prime(1024), prime(1024)];
  it.each([
    ['a prime of', jwkOf(common * b)],
    ['all of, with another exponent,', jwkOf(common * a, 65539n)],
  ])('is refused if it shares %s another --pubkey', async (_, second) => {
    const run = await exportTo({
      'a.jwk': jwkOf(common * a),
      'b.jwk': SOUND,
      'c.jwk': second,
    });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(
      /^kmsx: error: c\.jwk holds an RSA key whose modulus has a factor in common with that of a\.jwk/,
    );
  });

  it('is taken if it is sound', async () => {
    const files = { 'a.jwk': SOUND, 'b.jwk': jwkOfFile('other-2048.pem') };
    expect(await exportTo(files)).toMatchObject({ code: 5 });
  });
});
