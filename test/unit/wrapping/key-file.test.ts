import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKeyFile } from '../../../src/wrapping/key-file.ts';
import { sequence, testKey, tlv } from './support.ts';

describe('openKeyFile', () => {
  it.each([
    ['rsa-2048-pub.pem', 'pem'],
    ['rsa-2048-cert-text.pem', 'pem'],
    ['rsa-2048-pub.der', 'der'],
    ['rsa-2048-modern.p12', 'der'],
    ['rsa-2048-pub.b64', 'base64'],
    ['rsa-2048-pub-wrapped.b64', 'base64'],
    ['openssh.pub', 'openssh-public'],
  ])('tells by its content that %s is %s', (file, kind) => {
    expect(openKeyFile(testKey(file)).kind).toBe(kind);
  });

  it.each([
    [' \n{"kty":"RSA"}', 'json'],
    ['\uFEFF{}', 'json'],
    ['{"key":"-----BEGIN PUBLIC KEY-----"}', 'json'],
    ['\uFEFF', 'empty'],
    ['\r\n', 'empty'],
    ['-----BEGIN PUBLIC KEY-----', 'broken-pem'],
    ['0', 'unknown'],
    ['hello', 'unknown'],
  ])('tells by its content what %j is', (text, kind) => {
    expect(openKeyFile(Buffer.from(text)).kind).toBe(kind);
  });

  it('takes a short SEQUENCE, whose beginning could be text, for DER', () => {
    const key = sequence([
      sequence([tlv(0x06, Buffer.from([0x2b, 0x65, 0x70]))]),
      tlv(0x03, Buffer.alloc(33)),
    ]);
    expect(openKeyFile(key)).toMatchObject({
      kind: 'der',
      structure: 'spki',
      hasTrailingBytes: false,
    });
  });

  it('tells the bytes after the key, of DER and of base64', () => {
    const bytes = Buffer.concat([testKey('rsa-2048-pub.der'), Buffer.from([0])]);
    expect(openKeyFile(bytes)).toMatchObject({ hasTrailingBytes: true });
    expect(openKeyFile(Buffer.from(bytes.toString('base64')))).toMatchObject({
      hasTrailingBytes: true,
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.base64String()), (content) => {
        openKeyFile(Buffer.from(content));
      }),
    );
  });
});
