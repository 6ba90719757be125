import { readDer, readDerChildren } from '../der.ts';
import { FIELD_BYTES } from './parameters.ts';

/** How an SM2 ciphertext is written down. */
export type Sm2Form = 'DER' | '04-C1C3C2' | 'C1C3C2' | '04-C1C2C3' | 'C1C2C3';

/** The parts of an SM2 ciphertext (GB/T 32918.4-2016 §6.1). */
export interface Sm2Ciphertext {
  readonly form: Sm2Form;
  /** 04‖x‖y, 65 bytes. */
  readonly c1: Buffer;
  /** The plaintext under the key stream, as long as it. */
  readonly c2: Buffer;
  /** The digest, 32 bytes. */
  readonly c3: Buffer;
}

const POINT_BYTES = 2 * FIELD_BYTES;
const UNCOMPRESSED = Buffer.of(0x04);

/**
 * Every way in which bytes can be read as an SM2 ciphertext, the likeliest first: GM/T 0009-2012 §7.2 (DER), C1C3C2
 * with and without the 04 of an uncompressed point, and the old order C1C2C3. A raw one without 04 may begin with 04 by
 * chance: only C3 decides.
 */
export function readSm2Ciphertext(bytes: Buffer): Sm2Ciphertext[] {
  const der = readDerCiphertext(bytes);
  const found = der === undefined ? [] : [der];
  if (bytes[0] === 0x04) found.push(...raw(bytes.subarray(1), '04-C1C3C2'));
  found.push(...raw(bytes, 'C1C3C2'));
  if (bytes[0] === 0x04) found.push(...raw(bytes.subarray(1), '04-C1C2C3'));
  found.push(...raw(bytes, 'C1C2C3'));
  return found;
}

function raw(bytes: Buffer, form: Exclude<Sm2Form, 'DER'>): Sm2Ciphertext[] {
  if (bytes.length <= POINT_BYTES + FIELD_BYTES) return [];
  const c1 = Buffer.concat([UNCOMPRESSED, bytes.subarray(0, POINT_BYTES)]);
  const rest = bytes.subarray(POINT_BYTES);
  const isOld = form.endsWith('C1C2C3');
  const c3 = isOld ? rest.subarray(-FIELD_BYTES) : rest.subarray(0, FIELD_BYTES);
  const c2 = isOld ? rest.subarray(0, -FIELD_BYTES) : rest.subarray(FIELD_BYTES);
  return [{ form, c1, c2, c3 }];
}

/** A SEQUENCE of INTEGER x, INTEGER y, OCTET STRING C3 and OCTET STRING C2, and nothing after it. */
function readDerCiphertext(bytes: Buffer): Sm2Ciphertext | undefined {
  const outer = readDer(bytes);
  if (outer?.tag !== 0x30 || outer.whole.length !== bytes.length) return undefined;
  const parts = readDerChildren(outer.content) ?? [];
  const [x, y, c3, c2] = parts;
  if (parts.length !== 4 || c3?.tag !== 0x04 || c2?.tag !== 0x04) return undefined;
  const coordinates = [x, y].map((part) =>
    part?.tag === 0x02 ? coordinate(part.content) : undefined,
  );
  const [first, second] = coordinates;
  if (first === undefined || second === undefined || c3.content.length !== FIELD_BYTES) {
    return undefined;
  }
  const c1 = Buffer.concat([UNCOMPRESSED, first, second]);
  return { form: 'DER', c1, c2: c2.content, c3: c3.content };
}

/** An INTEGER that is not negative, as 32 bytes. */
function coordinate(content: Buffer): Buffer | undefined {
  if (content.length === 0 || (content[0] ?? 0) >= 0x80) return undefined;
  const digits = content[0] === 0 ? content.subarray(1) : content;
  if (digits.length > FIELD_BYTES) return undefined;
  return Buffer.concat([Buffer.alloc(FIELD_BYTES - digits.length), digits]);
}
