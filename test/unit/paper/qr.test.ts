/* Drawn by one program and read by another part of it; test/interop/paper has zbar read them. */
import fc from 'fast-check';
import decodeQR from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { markupOf } from '../../../src/paper/html.ts';
import { MOST_QR_BYTES, qrCode } from '../../../src/paper/qr.ts';

const SCALE = 4;

/** An image of what is drawn, as a camera would see it. */
function image(markup: string): { width: number; height: number; data: Uint8Array } {
  const size = Number(/viewBox="0 0 (\d+) /.exec(markup)?.[1]);
  const width = size * SCALE;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const [, x, y, length] of markup.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row += 1) {
      const start = (row * width + Number(x) * SCALE) * 4;
      for (let at = start; at < start + Number(length) * SCALE * 4; at += 4)
        data.fill(0, at, at + 3);
    }
  }
  return { width, height: width, data };
}

const readBack = (text: string): string => {
  const code = qrCode(text);
  return code === undefined ? '' : decodeQR(image(markupOf(code)));
};

describe('a QR code', () => {
  it('is read as what was drawn', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 300 }), (text) => {
        expect(readBack(text)).toBe(text);
      }),
      { numRuns: 10 },
    );
  });

  it.each([2331, 2332, MOST_QR_BYTES])('holds %d bytes', (bytes) => {
    const text = '{"x"}'.repeat(600).slice(0, bytes);
    expect(readBack(text)).toBe(text);
  });

  it('holds no more, counted in UTF-8', () => {
    expect(qrCode('x'.repeat(MOST_QR_BYTES + 1))).toBeUndefined();
    expect(qrCode('é'.repeat(MOST_QR_BYTES / 2 + 1))).toBeUndefined();
  });

  it('has white on all sides', () => {
    const markup = markupOf(qrCode('kmsx'));
    const size = Number(/viewBox="0 0 (\d+) /.exec(markup)?.[1]);
    for (const [, x, y, length] of markup.matchAll(/M(\d+) (\d+)h(\d+)v/g)) {
      expect(Math.min(Number(x), Number(y))).toBeGreaterThanOrEqual(4);
      expect(Math.max(Number(x) + Number(length), Number(y) + 1)).toBeLessThanOrEqual(size - 4);
    }
  });
});
