import { readDer, readDerChildren } from '../der.ts';
import { FIELD_BYTES, isSm2Point } from './parameters.ts';

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
  /** Where the parts lie; undefined in DER. */
  readonly layout: Sm2Layout | undefined;
}

/** Where the parts of a raw ciphertext lie: offsets in bytes, from the first to the one after the last. */
export type Sm2Layout = Readonly<
  Record<'x' | 'y' | 'c3' | 'c2', readonly [from: number, to: number]>
>;

type RawForm = Exclude<Sm2Form, 'DER'>;

/** The likeliest first. */
const RAW_FORMS: readonly RawForm[] = ['04-C1C3C2', 'C1C3C2', '04-C1C2C3', 'C1C2C3'];
const POINT_BYTES = 2 * FIELD_BYTES;
const UNCOMPRESSED = Buffer.of(0x04);

/**
 * Every way in which bytes can be read as an SM2 ciphertext, the likeliest first: GM/T 0009-2012 §7.2 (DER), C1C3C2
 * with and without the 04 of an uncompressed point, and the old order C1C2C3. Where C1 is no point of the curve, it is
 * none. In which order C2 and C3 lie, only the digest C3 tells, once it is decrypted.
 */
export function readSm2Ciphertext(bytes: Buffer): Sm2Ciphertext[] {
  const der = readDerCiphertext(bytes);
  const found = der === undefined ? [] : [der];
  for (const form of RAW_FORMS) {
    const has04 = form.startsWith('04-');
    if (!has04 || bytes[0] === 0x04) found.push(...raw(bytes, form, has04 ? 1 : 0));
  }
  return found.filter(({ c1 }) => isSm2Point(c1));
}

function raw(bytes: Buffer, form: RawForm, start: number): Sm2Ciphertext[] {
  const [y, rest, end] = [start + FIELD_BYTES, start + POINT_BYTES, bytes.length];
  if (end <= rest + FIELD_BYTES) return [];
  const layout: Sm2Layout = {
    x: [start, y],
    y: [y, rest],
    ...(form.endsWith('C1C3C2')
      ? { c3: [rest, rest + FIELD_BYTES], c2: [rest + FIELD_BYTES, end] }
      : { c3: [end - FIELD_BYTES, end], c2: [rest, end - FIELD_BYTES] }),
  };
  const c1 = Buffer.concat([UNCOMPRESSED, bytes.subarray(start, rest)]);
  return [{ form, c1, c2: bytes.subarray(...layout.c2), c3: bytes.subarray(...layout.c3), layout }];
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
  return { form: 'DER', c1, c2: c2.content, c3: c3.content, layout: undefined };
}

/** An INTEGER that is not negative, as 32 bytes. */
function coordinate(content: Buffer): Buffer | undefined {
  if (content.length === 0 || (content[0] ?? 0) >= 0x80) return undefined;
  const digits = content[0] === 0 ? content.subarray(1) : content;
  if (digits.length > FIELD_BYTES) return undefined;
  return Buffer.concat([Buffer.alloc(FIELD_BYTES - digits.length), digits]);
}
