import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import type { PublicKeyFacts } from '../../../../src/wrapping/public-key/public-key.ts';
import { readPublicKey } from '../../../../src/wrapping/public-key/public-key.ts';
import { requireWrappingKey } from '../../../../src/wrapping/public-key/wrapping-public-key.ts';
import { privateKeyFiles, publicKeyFiles } from '../../../keys/forms.ts';
import { keyFileMutation, parse, refusal, sequence, tlv, testKey } from '../support.ts';

const files = publicKeyFiles('rsa-2048');
const pem = testKey('rsa-2048-pub.pem');
const spki = testKey('rsa-2048-pub.der');
const pkcs1 = testKey('rsa-2048-pub-pkcs1.der');
const jwk = createPublicKey(pem).export({ format: 'jwk' });
const fingerprint = `SHA256:${createHash('sha256').update(spki).digest('hex')}`;
const otherPem = publicPem('other-2048.pem');

function publicPem(privateFile: string): string {
  const key = createPublicKey(testKey(privateFile));
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function read(content: string | Uint8Array): PublicKeyFacts {
  return readPublicKey(Buffer.from(content), 'pub.pem');
}

async function codeOf(content: string | Uint8Array): Promise<string> {
  return (await refusal(() => read(content))).code;
}

describe('readPublicKey', () => {
  it.each(files)('reads $file as $form', ({ file, form }) => {
    expect(readPublicKey(testKey(file), file)).toMatchObject({
      form,
      keyType: 'rsa',
      modulusBits: 2048,
      publicExponent: 65537n,
      spki,
      fingerprint,
    });
  });

  it('reads a JWK, alone or as a set of one', () => {
    expect(read(JSON.stringify(jwk))).toMatchObject({ form: 'jwk', spki, fingerprint });
    const set = { keys: [{ ...jwk, use: 'enc', alg: 'RSA-OAEP-256', kid: 'a key' }] };
    expect(read(JSON.stringify(set, null, 2))).toMatchObject({ form: 'jwk', spki, fingerprint });
  });

  const variants: [string, string | Buffer][] = [
    ['CRLF line ends', pem.toString().replaceAll('\n', '\r\n')],
    ['a UTF-8 byte order mark', `\uFEFF${pem.toString()}`],
    ['no newline at its end', pem.toString().trimEnd()],
    ['blank lines around it', `\n \t\r\n${pem.toString()}\n\n  \n`],
    ['text before it', `Modulus: 00:a1:b2\nüñïcödé\n${pem.toString()}`],
    ['text that begins with 0 before it', `00:a1:b2\n${pem.toString()}`],
    ['an indented block', pem.toString().replaceAll(/^/gm, '    ')],
    [
      'all its base64 on one line',
      pem
        .toString()
        .replaceAll(/\n(?!-)/g, '')
        .replace('Y-----', 'Y-----\n'),
    ],
    ['a byte order mark before base64', `\uFEFF${spki.toString('base64')}\r\n`],
    ['a byte order mark before a JWK', `\uFEFF ${JSON.stringify(jwk)}\n`],
  ];
  it.each(variants)('gives the same fingerprint with %s', (_, content) => {
    expect(read(content).fingerprint).toBe(fingerprint);
  });

  it('gives the same fingerprint for lengths in more bytes than needed', () => {
    const [algorithm, bits] = parse(parse(spki)[0]?.content);
    const lengthened = sequence([tlv(0x30, algorithm?.content, 4), tlv(0x03, bits?.content, 3)], 4);
    expect(lengthened.equals(spki)).toBe(false);
    expect(read(lengthened)).toMatchObject({ spki, fingerprint });
    const numbers = parse(parse(pkcs1)[0]?.content).map(({ tag, content }) => tlv(tag, content, 4));
    expect(read(sequence(numbers, 4))).toMatchObject({ spki, fingerprint });
  });

  it('gives the same fingerprint for an algorithm without its NULL', () => {
    const [algorithm, bits] = parse(parse(spki)[0]?.content);
    const [oid] = parse(algorithm?.content);
    const shortened = sequence([sequence([tlv(0x06, oid?.content)]), tlv(0x03, bits?.content)]);
    expect(read(shortened)).toMatchObject({ spki, fingerprint });
  });

  it('gives the same fingerprint for a JWK whose numbers have leading zeros', () => {
    const padded = (value = '') =>
      Buffer.concat([Buffer.alloc(2), Buffer.from(value, 'base64url')]).toString('base64url');
    const content = JSON.stringify({ kty: 'RSA', n: padded(jwk.n), e: padded(jwk.e) });
    expect(read(content)).toMatchObject({ spki, fingerprint });
  });

  it('tells when a certificate expires, and takes the key of one that has expired', () => {
    const facts = readPublicKey(testKey('rsa-2048-cert.pem'), 'cert.pem');
    expect(facts.certificate?.notAfter.toISOString()).toMatch(/^20\d\d-\d\d-\d\dT[\d:]{8}\.000Z$/);
    expect(requireWrappingKey(facts, 'cert.pem').fingerprint).toBe(fingerprint);
  });

  it.each(privateKeyFiles('rsa-2048'))('knows $file for a private key', async ({ file }) => {
    const error = await refusal(() => readPublicKey(testKey(file), 'pub.pem'));
    expect(error.code).toBe('pubkey-is-private');
    expect(error.message).toBe('pub.pem holds a private key; --pubkey takes the public half');
  });

  const privates: [string, string | Buffer][] = [
    ['base64 of a private key', testKey('rsa-2048-pkcs8.der').toString('base64')],
    ['a private key under a public label', relabel(testKey('rsa-2048-pkcs8.pem'), 'PUBLIC KEY')],
    ['a public and a private key', `${pem.toString()}${testKey('rsa-2048-pkcs8.pem').toString()}`],
    [
      'a private block that is cut',
      '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n',
    ],
    ['an OpenSSH private key', testKey('openssh')],
    ['an EC private key', testKey('ec-p256-sec1.pem')],
    ['an SM2 private key in DER', testKey('sm2-sec1.der')],
    ['a DSA private key', testKey('dsa-traditional.der')],
    ['a private key with bytes after it', Buffer.concat([testKey('rsa-2048-pkcs8.der'), pem])],
    ['a private JWK', JSON.stringify({ ...jwk, d: 'AQAB' })],
    ['a set with a private JWK', JSON.stringify({ keys: [jwk, { kty: 'oct', k: 'AQAB' }] })],
  ];
  it.each(privates)('refuses %s as private', async (_, content) => {
    expect(await codeOf(content)).toBe('pubkey-is-private');
  });

  const severals: [string, string][] = [
    ['two public keys', `${pem.toString()}${otherPem}`],
    ['the same key twice', `${pem.toString()}${pem.toString()}`],
    [
      'a certificate chain',
      `${testKey('rsa-2048-cert.pem').toString()}${testKey('rsa-2048-cert.pem').toString()}`,
    ],
    ['a certificate and its key', `${testKey('rsa-2048-cert.pem').toString()}${pem.toString()}`],
    ['a JWK set of two', JSON.stringify({ keys: [jwk, jwk] })],
  ];
  it.each(severals)('refuses %s', async (_, content) => {
    expect(await codeOf(content)).toBe('pubkey-several');
  });

  const trailings: [string, string | Buffer][] = [
    ['a DER key and a byte', Buffer.concat([spki, Buffer.from([0])])],
    ['a DER key and a newline', Buffer.concat([spki, Buffer.from('\n')])],
    ['two DER keys', Buffer.concat([spki, spki])],
    ['a DER key and a PEM key', Buffer.concat([spki, Buffer.from('\n'), pem])],
    [
      'a DER certificate and a byte',
      Buffer.concat([testKey('rsa-2048-cert.der'), Buffer.from([1])]),
    ],
    ['a PEM key and base64', `${pem.toString()}${spki.toString('base64')}\n`],
    ['a PEM key and a comment', `${pem.toString()}# our wrapping key\n`],
    ['a PEM key and a word on the last line', `${pem.toString().trimEnd()} ok\n`],
    ['a PEM body with bytes after its DER', encode('PUBLIC KEY', Buffer.concat([spki, spki]))],
    ['an SPKI with a byte after its RSAPublicKey', withBytesInside(spki, Buffer.from([0]))],
    ['an SPKI with two RSAPublicKeys', encode('PUBLIC KEY', withBytesInside(spki, pkcs1))],
    [
      'a certificate with a byte after its RSAPublicKey',
      withBytesInside(testKey('rsa-2048-cert.der'), Buffer.from([0])),
    ],
    ['base64 of a key and a byte', Buffer.concat([spki, Buffer.from([0])]).toString('base64')],
  ];
  it.each(trailings)('refuses %s', async (_, content) => {
    expect(await codeOf(content)).toBe('pubkey-trailing-bytes');
  });

  const malformed: [string, string | Buffer, string][] = [
    ['nothing', '', 'input-empty'],
    ['blanks', '\uFEFF\n \n', 'input-empty'],
    ['a word', 'wrapping.pub.pem', 'pubkey-malformed'],
    ['HTML', '<html></html>', 'pubkey-malformed'],
    ['a PEM block without its end', pem.subarray(0, 200), 'pubkey-malformed'],
    ['a PEM block without its beginning', pem.subarray(30), 'pubkey-malformed'],
    [
      'another END than BEGIN',
      pem.toString().replace('END PUBLIC', 'END RSA PUBLIC'),
      'pubkey-malformed',
    ],
    ['a PEM block in the midst of a line', `key: ${pem.toString()}`, 'pubkey-malformed'],
    [
      'a PEM body with a foreign character',
      pem.toString().replace('MII', 'M!I'),
      'pubkey-malformed',
    ],
    [
      'a PEM body that lacks a line',
      pem.toString().replace(/\n[^\n]{64}\n/, '\n'),
      'pubkey-malformed',
    ],
    [
      'a PEM label with control characters',
      pem.toString().replaceAll('PUBLIC', '\u001b[31m'),
      'pubkey-malformed',
    ],
    ['a certificate request', testKey('rsa-2048-csr.pem'), 'pubkey-malformed'],
    ['DER that is cut', spki.subarray(0, 200), 'pubkey-malformed'],
    ['DER that is no key', sequence([tlv(0x02, Buffer.from([1]))]), 'pubkey-malformed'],
    [
      'base64 of something else',
      Buffer.from('hello, world').toString('base64'),
      'pubkey-malformed',
    ],
    ['base64url of a key', spki.toString('base64url'), 'pubkey-malformed'],
    ['an SPKI of an unknown algorithm', Buffer.from(spki).fill(0x55, 8, 13), 'pubkey-malformed'],
    ['UTF-16', Buffer.from(`\uFEFF${pem.toString()}`, 'utf16le'), 'pubkey-malformed'],
    ['JSON that is no JWK', '{"Format":"kmsx-export/1"}', 'pubkey-malformed'],
    ['an empty JWK set', '{"keys":[]}', 'pubkey-malformed'],
    ['a JWK of another type', '{"kty":"constructor","n":"AQAB"}', 'pubkey-malformed'],
    ['a JWK without its exponent', JSON.stringify({ kty: 'RSA', n: jwk.n }), 'pubkey-malformed'],
    ['a JWK with padding', JSON.stringify({ ...jwk, e: 'AAEAAQ==' }), 'pubkey-malformed'],
    ['a JWK with a foreign character', JSON.stringify({ ...jwk, e: 'AQ AB' }), 'pubkey-malformed'],
    [
      'a JWK on an unknown curve',
      '{"kty":"EC","crv":"SM2","x":"AQAB","y":"AQAB"}',
      'pubkey-malformed',
    ],
    ['JSON that is cut', JSON.stringify(jwk).slice(0, 60), 'json-malformed'],
    [
      'a JWK with a name twice',
      `{"kty":"RSA","n":"AQAB","n":"AQAC","e":"AQAB"}`,
      'json-name-twice',
    ],
    ['an OpenSSH public key', testKey('openssh.pub'), 'pubkey-unsupported'],
    ['an RFC 4716 public key', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n', 'pubkey-unsupported'],
  ];
  it.each(malformed)('refuses %s', async (_, content, code) => {
    expect(await codeOf(content)).toBe(code);
  });

  it('describes keys that KMS does not take, for inspect', () => {
    const kinds = ['rsa-pss', 'rsa-3072', 'ec-p256', 'ed25519', 'sm2', 'dsa'].map((name) => {
      const { keyType, modulusBits, curve } = read(publicPem(`${name}.pem`));
      return [name, keyType, modulusBits ?? curve];
    });
    expect(kinds).toEqual([
      ['rsa-pss', 'rsa-pss', 2048],
      ['rsa-3072', 'rsa', 3072],
      ['ec-p256', 'ec', 'P-256'],
      ['ed25519', 'ed25519', undefined],
      ['sm2', 'sm2', 'SM2'],
      ['dsa', 'dsa', undefined],
    ]);
  });

  it('throws nothing but its own errors, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.string(), fc.json()),
        (content) => {
          expectOwnError(Buffer.from(content));
        },
      ),
    );
  });

  it('throws nothing but its own errors for damaged key files', () => {
    const names = [
      ...files.map(({ file }) => file),
      ...['rsa-2048-cert.pem', 'rsa-2048-csr.pem', 'rsa-2048-pkcs8.der', 'openssh.pub'],
    ];
    const others = ['rsa-pss', 'ec-p256', 'ed25519', 'sm2', 'dsa'].map((name) =>
      createPublicKey(testKey(`${name}.pem`)).export({ type: 'spki', format: 'der' }),
    );
    const contents = [...names.map(testKey), ...others, Buffer.from(JSON.stringify(jwk))];
    fc.assert(fc.property(keyFileMutation(contents), expectOwnError), { numRuns: 500 });
  });
});

function expectOwnError(content: Buffer): void {
  try {
    requireWrappingKey(readPublicKey(content, 'pub.pem'), 'pub.pem');
  } catch (error) {
    expect(error).toBeInstanceOf(KmsxError);
  }
}

function encode(label: string, body: Buffer): string {
  return `-----BEGIN ${label}-----\n${body.toString('base64')}\n-----END ${label}-----\n`;
}

function relabel(block: Buffer, label: string): string {
  return block.toString().replaceAll('PRIVATE KEY', label);
}

function unsigned(base64url = ''): bigint {
  return BigInt(`0x${Buffer.from(base64url, 'base64url').toString('hex')}`);
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** An SPKI, or a certificate, whose BIT STRING holds more than the RSAPublicKey. */
function withBytesInside(der: Buffer, bytes: Buffer): Buffer {
  const parts = parse(parse(der)[0]?.content);
  const [first, second] = parts;
  if (second?.tag === 0x03 && parts.length === 2) {
    const longer = tlv(0x03, Buffer.concat([second.content, bytes]));
    return sequence([first?.whole ?? Buffer.alloc(0), longer]);
  }
  const fields = parse(first?.content).map(({ whole }) => whole);
  const at = fields.findIndex((field) => field.equals(spki));
  fields[at] = withBytesInside(spki, bytes);
  return sequence([sequence(fields), ...parts.slice(1).map(({ whole }) => whole)]);
}

describe('requireWrappingKey', () => {
  it('gives what KMS is told: the SPKI in base64', () => {
    expect(requireWrappingKey(read(testKey('rsa-2048-pub-pkcs1.pem')), 'pub.pem')).toEqual({
      keySpec: 'RSA_2048',
      spki,
      fingerprint,
      publicKeyBlob: spki.toString('base64'),
    });
  });

  it.each([
    ['rsa-3072.pem', 'pubkey-size'],
    ['exponent-3.pem', 'pubkey-exponent'],
    ['rsa-pss.pem', 'pubkey-unsupported'],
    ['ec-p256.pem', 'pubkey-unsupported'],
    ['ed25519.pem', 'pubkey-unsupported'],
    ['dsa.pem', 'pubkey-unsupported'],
  ])('refuses the public half of %s with %s', async (file, code) => {
    const facts = read(publicPem(file));
    expect((await refusal(() => requireWrappingKey(facts, 'pub.pem'))).code).toBe(code);
  });

  it('takes an SM2 key', () => {
    const facts = read(publicPem('sm2.pem'));
    expect(requireWrappingKey(facts, 'pub.pem')).toMatchObject({ keySpec: 'EC_SM2' });
  });

  it.each([
    ['1', 'AQ', false],
    ['2', 'Ag', false],
    ['3', 'Aw', false],
    ['65535', '__8', false],
    ['65536', 'AQAA', false],
    ['65537', 'AQAB', true],
    ['65538', 'AQAC', false],
    ['65539', 'AQAD', true],
    ['2^64+1', 'AQAAAAAAAAAB', true],
    ['2^256-1', Buffer.alloc(32, 0xff).toString('base64url'), true],
    ['2^256', Buffer.from(`01${'00'.repeat(32)}`, 'hex').toString('base64url'), false],
    ['2^256+1', Buffer.from(`01${'00'.repeat(31)}01`, 'hex').toString('base64url'), false],
  ])('judges an exponent of %s', async (_, e, taken) => {
    const facts = read(JSON.stringify({ kty: 'RSA', n: jwk.n, e }));
    if (taken) expect(requireWrappingKey(facts, 'pub.pem').keySpec).toBe('RSA_2048');
    else
      expect((await refusal(() => requireWrappingKey(facts, 'pub.pem'))).code).toBe(
        'pubkey-exponent',
      );
  });

  it('refuses the exponent under which every data key stays as it is, 1 + λ(n)', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { p, q } = privateKey.export({ format: 'jwk' });
    const [a, b] = [unsigned(p) - 1n, unsigned(q) - 1n];
    const e = ((a * b) / gcd(a, b) + 1n).toString(16);
    const { n } = publicKey.export({ format: 'jwk' });
    const key = {
      kty: 'RSA',
      n,
      e: Buffer.from(e.padStart(512, '0'), 'hex').toString('base64url'),
    };
    const facts = read(JSON.stringify(key));
    const error = await refusal(() => requireWrappingKey(facts, 'pub.pem'));
    expect(error).toMatchObject({ kind: 'usage', code: 'pubkey-exponent' });
  });

  it('refuses an even modulus', async () => {
    const n = Buffer.from(jwk.n ?? '', 'base64url');
    n[n.length - 1] = (n.at(-1) ?? 0) ^ 1;
    const facts = read(JSON.stringify({ ...jwk, n: n.toString('base64url') }));
    const error = await refusal(() => requireWrappingKey(facts, 'pub.pem'));
    expect(error).toMatchObject({ kind: 'usage', code: 'pubkey-modulus' });
  });

  it('refuses a modulus of 2047 bits', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2047 });
    const facts = read(publicKey.export({ type: 'spki', format: 'der' }));
    const error = await refusal(() => requireWrappingKey(facts, 'pub.pem'));
    expect(error).toMatchObject({ code: 'pubkey-size', details: { modulusBits: 2047 } });
  });
});
