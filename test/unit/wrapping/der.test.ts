import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDer, readDerChildren, recogniseKey } from '../../../src/wrapping/der.ts';
import { sequence, testKey, tlv } from './support.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('readDer', () => {
  it('reads what was written, with lengths of any size, and stops at its end', () => {
    const lengths = fc.oneof(fc.nat(300), fc.constantFrom(127, 128, 255, 256, 65535, 65536));
    fc.assert(
      fc.property(lengths, fc.constantFrom(0, 3, 4), (length, lengthBytes) => {
        const content = Buffer.alloc(length, 0xaa);
        const value = tlv(0x04, content, lengthBytes);
        const read = readDer(Buffer.concat([value, hex('0500')]));
        expect(read?.tag).toBe(0x04);
        expect(read?.content.equals(content)).toBe(true);
        expect(read?.whole.equals(value)).toBe(true);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['a length that is cut', '308201'],
    ['content that is cut', '30020500'.slice(0, 6)],
    ['an indefinite length', '30800000'],
    ['a length in five bytes', '3085000000000100'],
    ['a tag in several bytes', '1f8101'],
  ])('refuses %s', (_, text) => {
    expect(readDer(hex(text))).toBeUndefined();
  });

  it('gives views of the bytes, never copies', () => {
    const bytes = tlv(0x04, Buffer.from([1, 2, 3]));
    readDer(bytes)?.content.fill(0);
    expect(bytes.toString('hex')).toBe('0403000000');
  });
});

describe('readDerChildren', () => {
  it('reads all values or none', () => {
    expect(readDerChildren(hex('0500020101'))?.map(({ tag }) => tag)).toEqual([0x05, 0x02]);
    expect(readDerChildren(hex(''))).toEqual([]);
    expect(readDerChildren(hex('0500020201'))).toBeUndefined();
  });
});

describe('recogniseKey', () => {
  it.each([
    ['rsa-2048-pub.der', 'spki'],
    ['rsa-2048-pub-pkcs1.der', 'pkcs1-public'],
    ['rsa-2048-cert.der', 'certificate'],
    ['rsa-2048-pkcs8.der', 'pkcs8'],
    ['rsa-2048-pkcs1.der', 'pkcs1'],
    ['rsa-2048-pbes2-sha256.der', 'encrypted-pkcs8'],
    ['rsa-2048-modern.p12', 'pkcs12'],
    ['rsa-2048-clear.p12', 'pkcs12'],
    ['sm2-sec1.der', 'sec1'],
    ['dsa-traditional.der', 'dsa-private'],
  ])('knows %s for %s, with bytes after it too', (file, structure) => {
    const bytes = testKey(file);
    const found = recogniseKey(Buffer.concat([bytes, hex('00')]));
    expect(found?.structure).toBe(structure);
    expect(found?.der.equals(bytes)).toBe(true);
  });

  it('knows no key in other values', () => {
    expect(recogniseKey(sequence([]))).toBeUndefined();
    expect(recogniseKey(sequence([hex('0101ff')]))).toBeUndefined();
    expect(recogniseKey(hex('0500'))).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        recogniseKey(tlv(0x30, bytes));
        recogniseKey(Buffer.from(bytes));
      }),
    );
  });
});
