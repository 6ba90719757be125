import { readFileSync, writeFileSync } from 'node:fs';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { sm2InDer } from '../../../src/local-kms/encryption/sm2.ts';
import type { Sm2Form } from '../../../src/wrapping/sm2/ciphertext.ts';

/** The same SM2 ciphertext in each form, from 04‖C1‖C3‖C2. */
export function sm2Forms(raw: Buffer): Record<Sm2Form, Buffer> {
  const [c1, c3, c2] = [raw.subarray(1, 65), raw.subarray(65, 97), raw.subarray(97)];
  return {
    DER: sm2InDer(raw),
    '04-C1C3C2': raw,
    C1C3C2: raw.subarray(1),
    '04-C1C2C3': Buffer.concat([Buffer.of(4), c1, c2, c3]),
    C1C2C3: Buffer.concat([c1, c2, c3]),
  };
}

/** The forms that the same bytes can have for who can't decrypt them, by the form that they have. */
export const SM2_FORMS_SEEN: Readonly<Record<Sm2Form, readonly Sm2Form[]>> = {
  DER: ['DER'],
  '04-C1C3C2': ['04-C1C3C2', '04-C1C2C3'],
  C1C3C2: ['C1C3C2', 'C1C2C3'],
  '04-C1C2C3': ['04-C1C3C2', '04-C1C2C3'],
  C1C2C3: ['C1C3C2', 'C1C2C3'],
};

/** Writes an export document again, its one SM2 export in another form. */
export function rewriteSm2Export(from: string, to: string, form: Sm2Form): void {
  const document = JSON.parse(readFileSync(from, 'utf8')) as ExportDocument;
  const forms = sm2Forms(Buffer.from(document.Exports[0]?.ExportedDataKey ?? '', 'base64'));
  const changed = { ExportedDataKey: forms[form].toString('base64') };
  const Exports = document.Exports.map((entry) => ({ ...entry, ...changed }));
  writeFileSync(to, JSON.stringify({ ...document, ...changed, Exports }));
}
