import { readFileSync, writeFileSync } from 'node:fs';
import type { ExportDocument } from '../../src/documents/export-document.ts';

/** The same SM2 ciphertext in each form, from 04‖C1‖C3‖C2. */
export function sm2Forms(raw: Buffer): Record<string, Buffer> {
  const [c1, c3, c2] = [raw.subarray(1, 65), raw.subarray(65, 97), raw.subarray(97)];
  const integer = (bytes: Buffer): Buffer => {
    const digits = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
    const content = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
    return derValue(0x02, content);
  };
  const parts = [
    integer(c1.subarray(0, 32)),
    integer(c1.subarray(32)),
    derValue(4, c3),
    derValue(4, c2),
  ];
  return {
    DER: derValue(0x30, Buffer.concat(parts)),
    '04-C1C3C2': raw,
    C1C3C2: raw.subarray(1),
    '04-C1C2C3': Buffer.concat([Buffer.of(4), c1, c2, c3]),
    C1C2C3: Buffer.concat([c1, c2, c3]),
  };
}

function derValue(tag: number, content: Buffer): Buffer {
  const length = content.length;
  const header =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...header), content]);
}

/** Writes an export document again, its one SM2 export in another form. */
export function rewriteSm2Export(from: string, to: string, form: string): void {
  const document = JSON.parse(readFileSync(from, 'utf8')) as ExportDocument;
  const forms = sm2Forms(Buffer.from(document.Exports[0]?.ExportedDataKey ?? '', 'base64'));
  const changed = { ExportedDataKey: forms[form]?.toString('base64') };
  const Exports = document.Exports.map((entry) => ({ ...entry, ...changed }));
  writeFileSync(to, JSON.stringify({ ...document, ...changed, Exports }));
}
