import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePemBody, encodePem, isLegacyEncrypted, readPem } from '../../../src/wrapping/pem.ts';
import { testKey } from './support.ts';

const read = (text: string) => readPem(Buffer.from(text));
const BLOCK = '-----BEGIN PUBLIC KEY-----\nAQAB\n-----END PUBLIC KEY-----';

describe('readPem', () => {
  it('gives back every block that was written, with text before each', () => {
    const label = fc.stringMatching(/^[A-Z0-9#][A-Z0-9# ]{0,30}$/);
    const text = fc.stringMatching(/^[ -,.-~]{0,20}$/);
    const blocks = fc.array(fc.tuple(label, fc.uint8Array({ minLength: 1 }), text));
    fc.assert(
      fc.property(blocks, fc.constantFrom('\n', '\r\n'), (written, lineEnd) => {
        const file = written
          .map(([name, bytes, before]) => `${before}\n${encodePem(name, bytes).toString()}`)
          .join('')
          .replaceAll('\n', lineEnd);
        const pem = read(file);
        expect(pem?.hasTrailingBytes).toBe(false);
        expect(pem?.blocks.map((block) => [block.label, decodePemBody(block)])).toEqual(
          written.map(([name, bytes]) => [name, Buffer.from(bytes)]),
        );
      }),
    );
  });

  it('finds no block where there is no marker', () => {
    expect(read('text')).toEqual({ blocks: [], hasTrailingBytes: false });
    expect(read('')).toEqual({ blocks: [], hasTrailingBytes: false });
  });

  it('tells what follows the last block', () => {
    expect(read(`${BLOCK}\n \t\r\n`)?.hasTrailingBytes).toBe(false);
    expect(read(`${BLOCK}\nx`)?.hasTrailingBytes).toBe(true);
    expect(read(`${BLOCK}x`)?.hasTrailingBytes).toBe(true);
    expect(read(`${BLOCK}\nx\n${BLOCK}`)?.hasTrailingBytes).toBe(false);
  });

  it.each([
    ['no END', '-----BEGIN PUBLIC KEY-----\nAQAB\n'],
    ['no BEGIN', 'AQAB\n-----END PUBLIC KEY-----\n'],
    ['another END', '-----BEGIN PUBLIC KEY-----\nAQAB\n-----END PRIVATE KEY-----\n'],
    ['an END before its BEGIN', `-----END PUBLIC KEY-----\n${BLOCK}`],
    ['a BEGIN in a block', `-----BEGIN PUBLIC KEY-----\n${BLOCK}`],
    ['text before BEGIN on its line', `x ${BLOCK}`],
    ['text after BEGIN on its line', BLOCK.replace('\n', ' x\n')],
    ['text before END on its line', BLOCK.replace('\n-----END', ' -----END')],
    ['all on one line', BLOCK.replaceAll('\n', '')],
    ['an empty label', BLOCK.replaceAll('PUBLIC KEY', '')],
    ['a label in small letters', BLOCK.replaceAll('PUBLIC KEY', 'public key')],
    ['a label of 65 letters', BLOCK.replaceAll('PUBLIC KEY', 'X'.repeat(65))],
  ])('refuses armour with %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it('knows the old encryption by its header', () => {
    const [legacy] = readPem(testKey('rsa-2048-legacy-aes256.pem'))?.blocks ?? [];
    const [plain] = readPem(testKey('rsa-2048-pkcs1.pem'))?.blocks ?? [];
    expect(legacy && isLegacyEncrypted(legacy)).toBe(true);
    expect(plain && isLegacyEncrypted(plain)).toBe(false);
    expect(legacy && decodePemBody(legacy)).toBeUndefined();
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      '-----BEGIN ',
      '-----END ',
      'PUBLIC KEY',
      '-----',
      '\n',
      'AQAB',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        read(pieces.join(''));
      }),
    );
  });
});
