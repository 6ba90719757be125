import { createPrivateKey, createPublicKey, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCode, KmsxError } from '../../../../src/base/error.ts';
import { findWrappingAlgorithm } from '../../../../src/wrapping/algorithms.ts';
import {
  describePrivateKey,
  readPrivateKey,
} from '../../../../src/wrapping/private-key/private-key.ts';
import { readPublicKey } from '../../../../src/wrapping/public-key/public-key.ts';
import { privateKeyFiles } from '../../../keys/forms.ts';
import {
  asking,
  keyFileMutation,
  neverAsked,
  parse,
  refusal,
  sequence,
  testKey,
  tlv,
} from '../support.ts';

const SHA_256 = findWrappingAlgorithm('RSAES_OAEP_SHA_256');
const SM2PKE = findWrappingAlgorithm('SM2PKE');
const files = privateKeyFiles('rsa-2048');
const plainFiles = files.filter(({ encrypted }) => !encrypted);
const sealedFiles = files.filter(({ encrypted }) => encrypted);
const reference = createPrivateKey(testKey('rsa-2048.pem'));
const { fingerprint, spki } = readPublicKey(testKey('rsa-2048-pub.pem'), 'pub.pem');
const isZero = (bytes: Buffer | undefined) => bytes?.every((byte) => byte === 0);

describe('readPrivateKey', () => {
  it.each(plainFiles)('reads $file and asks for no passphrase', async ({ file, form }) => {
    const key = await readPrivateKey(testKey(file), file, neverAsked);
    expect(key).toMatchObject({ form, encrypted: false, keyType: 'rsa', modulusBits: 2048 });
    expect(key).toMatchObject({ fingerprint, spki });
    expect((await key.unwrap(wrap(reference), SHA_256)).bytes).toEqual(DATA_KEY);
  });

  it.each(sealedFiles)('reads $file with its passphrase, and overwrites that', async (row) => {
    const { ask, given } = asking();
    const key = await readPrivateKey(testKey(row.file), row.file, ask);
    expect(key).toMatchObject({ form: row.form, encrypted: true, keyType: 'rsa' });
    expect(key).toMatchObject({ fingerprint, spki });
    expect((await key.unwrap(wrap(reference), SHA_256)).bytes).toEqual(DATA_KEY);
    expect(given).toHaveLength(1);
    expect(isZero(given[0]?.bytes)).toBe(true);
  });

  it.each(sealedFiles)('refuses a wrong passphrase for $file with one text', async ({ file }) => {
    const { ask, given } = asking('another passphrase');
    const error = await refusal(() => readPrivateKey(testKey(file), 'key.pem', ask));
    expect(error.code).toBe('passphrase-wrong');
    expect(error.message).toBe(
      'key.pem does not open: the passphrase is wrong, or the file is damaged',
    );
    expect(error.cause).toBeUndefined();
    expect(isZero(given[0]?.bytes)).toBe(true);
  });

  it('has one text for wrong passphrases, however the padding comes out', async () => {
    const file = testKey('rsa-2048-legacy-aes128.pem');
    const messages = new Set<string>();
    for (let index = 0; index < 600; index += 1) {
      const { ask } = asking(`wrong ${index}`);
      messages.add((await refusal(() => readPrivateKey(file, 'key.pem', ask))).message);
    }
    expect(messages.size).toBe(1);
  });

  it('leaves the bytes of the file as they are', async () => {
    for (const { file } of plainFiles) {
      const bytes = testKey(file);
      await readPrivateKey(bytes, file, neverAsked);
      expect(bytes.equals(testKey(file))).toBe(true);
    }
  });

  const pem = testKey('rsa-2048-pkcs8.pem').toString();
  const certificate = testKey('rsa-2048-cert.pem').toString();
  const variants: [string, string][] = [
    ['CRLF line ends', pem.replaceAll('\n', '\r\n')],
    ['a UTF-8 byte order mark', `\uFEFF${pem}`],
    ['a byte order mark and CRLF', `\uFEFF${pem.replaceAll('\n', '\r\n')}`],
    ['no newline at its end', pem.trimEnd()],
    [
      'text before it',
      `Bag Attributes\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n${pem}`,
    ],
    ['its certificate as text before it', `${testKey('rsa-2048-cert-text.pem').toString()}${pem}`],
    ['its certificate after it', `${pem}${certificate}`],
    ['text between it and its certificate', `${pem}subject=CN = test\n${certificate}\n`],
    ['its public key beside it', `${testKey('rsa-2048-pub.pem').toString()}${pem}`],
  ];
  it.each(variants)('reads a PEM file with %s', async (_, content) => {
    const key = await readPrivateKey(Buffer.from(content), 'key.pem', neverAsked);
    expect(key.fingerprint).toBe(fingerprint);
  });

  it.each(['rsa-2048-legacy-aes256.pem', 'rsa-2048-scrypt.pem'])(
    'reads %s with a byte order mark, CRLF and a certificate before it',
    async (file) => {
      const content = `\uFEFF${certificate}${testKey(file).toString()}`.replaceAll('\n', '\r\n');
      const key = await readPrivateKey(Buffer.from(content), file, asking().ask);
      expect(key.fingerprint).toBe(fingerprint);
    },
  );

  it.each(['three-primes-2048.pem', 'three-primes-2048.p12'])(
    'reads the three primes of %s',
    async (file) => {
      const key = await readPrivateKey(testKey(file), file, asking().ask);
      expect(key).toMatchObject({ keyType: 'rsa', modulusBits: 2048 });
      const wrapped = wrap(createPrivateKey(testKey('three-primes-2048.pem')));
      expect((await key.unwrap(wrapped, SHA_256)).bytes).toEqual(DATA_KEY);
    },
  );

  it('reads an RSA key of another size', async () => {
    const key = await readPrivateKey(testKey('rsa-3072.pem'), 'key.pem', neverAsked);
    expect(key.modulusBits).toBe(3072);
  });

  it.each([
    ['a modulus of 16384 bits', 1, 16_384, true],
    ['a modulus of 16385 bits', 1, 16_385, false],
    ['a public exponent of 256 bits', 2, 256, true],
    ['a public exponent of 257 bits', 2, 257, false],
  ])('judges %s before it is worked with', async (_, place, bits, taken) => {
    const digits = (2n ** BigInt(bits - 1) + 1n).toString(16);
    const number = Buffer.from(digits.padStart(Math.ceil((bits + 1) / 8) * 2, '0'), 'hex');
    const numbers = parse(parse(testKey('rsa-2048-pkcs1.der'))[0]?.content).map(
      ({ whole }) => whole,
    );
    const file = sequence(numbers.with(place, tlv(0x02, number)));
    const reading = readPrivateKey(file, 'key.der', neverAsked);
    if (taken) expect(await reading).toMatchObject({ keyType: 'rsa' });
    else
      await expect(reading).rejects.toMatchObject({ kind: 'usage', code: 'privkey-unsupported' });
  });

  it('takes a passphrase of 1024 bytes that are no text', async () => {
    const passphrase = Buffer.alloc(1024, 0xc3);
    const options = { type: 'pkcs8', cipher: 'aes-256-cbc', passphrase } as const;
    const sealed = [
      Buffer.from(reference.export({ ...options, format: 'pem' })),
      reference.export({ ...options, format: 'der' }),
    ];
    for (const file of sealed) {
      const key = await readPrivateKey(file, 'key', asking(passphrase).ask);
      expect(key.fingerprint).toBe(fingerprint);
    }
  });

  it.each([
    ['an empty passphrase', ''],
    ['a passphrase of 1025 bytes', 'x'.repeat(1025)],
  ])('refuses %s', async (_, passphrase) => {
    for (const { file } of sealedFiles) {
      const { ask, given } = asking(passphrase);
      const error = await refusal(() => readPrivateKey(testKey(file), file, ask));
      expect(error.code).toBe('passphrase-malformed');
      expect(isZero(given[0]?.bytes)).toBe(true);
    }
  });

  it('hands on what asking for the passphrase throws', async () => {
    const file = testKey('rsa-2048-scrypt.pem');
    const interrupted = () => Promise.reject(new RangeError('interrupted'));
    await expect(readPrivateKey(file, 'key.pem', interrupted)).rejects.toThrow('interrupted');
  });

  it.each([
    ['rsa-pss.pem', 'privkey-unsupported', 'rsa-pss'],
    ['rsa-pss.p12', 'privkey-unsupported', 'rsa-pss'],
    ['ec-p256.pem', 'privkey-unsupported', 'ec'],
    ['ec-p256-sec1.pem', 'privkey-unsupported', 'ec'],
    ['ec-p256.p12', 'privkey-unsupported', 'ec'],
    ['ed25519.pem', 'privkey-unsupported', 'ed25519'],
    ['dsa.pem', 'privkey-unsupported', 'dsa'],
    ['dsa-traditional.der', 'privkey-unsupported', 'dsa'],
    ['openssh', 'privkey-unsupported', 'openssh'],
  ])('refuses %s with %s', async (file, code, keyType) => {
    const error = await refusal(() => readPrivateKey(testKey(file), 'key.pem', asking().ask));
    expect(error.code).toBe(code);
    expect(hasCode(error, 'privkey-unsupported') ? error.details.keyType : undefined).toBe(keyType);
  });

  it.each(['sm2.pem', 'sm2-sec1.der'])('reads an SM2 key: %s', async (file) => {
    const key = await readPrivateKey(testKey(file), 'key.pem', asking().ask);
    expect(key).toMatchObject({ keyType: 'sm2', curve: 'SM2', encrypted: false });
    expect(key.wrappedBytes).toBeUndefined();
  });

  it('tells another kind of key also when it was encrypted', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const cipher = { cipher: 'aes-256-cbc', passphrase: 'a passphrase' };
    const sealed = privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher });
    const { ask } = asking('a passphrase');
    const error = await refusal(() => readPrivateKey(Buffer.from(sealed), 'key.pem', ask));
    expect(error.code).toBe('privkey-unsupported');
    expect(error.message).toContain('P-384');
  });

  it('throws nothing but its own errors for damaged key files, and unwraps right or not at all', async () => {
    const wrapped = wrap(reference);
    const names = [
      ...files.map(({ file }) => file),
      ...['rsa-pss.pem', 'ec-p256-sec1.pem', 'ed25519.pem', 'sm2-sec1.der', 'dsa-traditional.der'],
      ...['openssh', 'rsa-2048-pub.der', 'three-primes-2048.p12', 'certificate-only.p12'],
    ];
    const property = fc.asyncProperty(keyFileMutation(names.map(testKey)), async (content) => {
      try {
        const key = await readPrivateKey(content, 'key.pem', asking().ask);
        const algorithm = key.keyType === 'sm2' ? SM2PKE : SHA_256;
        expect((await key.unwrap(wrapped, algorithm)).bytes).toEqual(DATA_KEY);
      } catch (error) {
        expect(error).toBeInstanceOf(KmsxError);
      }
    });
    const sm2 = testKey('sm2-sec1.der');
    await fc.assert(property, { numRuns: 300, examples: [[sm2]] });
  });
});

const DATA_KEY = Buffer.alloc(32, 0x5a);

function wrap(privateKey: ReturnType<typeof createPrivateKey>): Buffer {
  return publicEncrypt({ key: createPublicKey(privateKey), oaepHash: 'sha256' }, DATA_KEY);
}

describe('describePrivateKey', () => {
  it.each(plainFiles)('tells type, size and fingerprint of $file', async ({ file, form }) => {
    const description = await describePrivateKey(testKey(file), file);
    expect(description).toEqual({
      form,
      encrypted: false,
      keyType: 'rsa',
      modulus: expect.any(BigInt) as bigint,
      modulusBits: 2048,
      publicExponent: 65537n,
      spki,
      fingerprint,
    });
  });

  it.each(sealedFiles)('tells the form of $file without a passphrase', async ({ file, form }) => {
    expect(await describePrivateKey(testKey(file), file)).toEqual({ form, encrypted: true });
  });

  it.each([
    ['rsa-pss.pem', 'rsa-pss'],
    ['ec-p256.pem', 'ec'],
    ['ed25519.pem', 'ed25519'],
    ['sm2.pem', 'sm2'],
    ['sm2-sec1.der', 'sm2'],
  ])('describes %s, which cannot unwrap', async (file, keyType) => {
    expect(await describePrivateKey(testKey(file), file)).toMatchObject({ keyType });
  });

  it('refuses what is no private key', async () => {
    const error = await refusal(() => describePrivateKey(testKey('rsa-2048-pub.pem'), 'key.pem'));
    expect(error.code).toBe('privkey-is-public');
  });
});
