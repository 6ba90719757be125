import koffi from 'koffi';
import type { AttributeName, Attributes } from '../cryptoki/attributes.ts';
import { ATTRIBUTES } from '../cryptoki/attributes.ts';
import { MECHANISMS, OAEP_HASHES } from '../cryptoki/constants.ts';
import type { Mechanism } from '../cryptoki/calls.ts';

/* Structures of PKCS#11 on a system whose CK_ULONG and pointers have 8 bytes, the low one first, with the natural alignment
   of C (PKCS#11 3.1 §2.1: structures are not packed on Unix). `assertLayout` refuses any other system. */
export const WORD = 8;

/** CK_ATTRIBUTE: type, pValue, ulValueLen. */
export const ATTRIBUTE_BYTES = 3 * WORD;
/** What C_GetAttributeValue gives as the length of a value that it does not show. */
export const UNAVAILABLE = 0xffff_ffff_ffff_ffffn;

/** Refuses a system on which the structures would lie otherwise. */
export function assertLayout(): void {
  const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  if (koffi.sizeof('ulong') === WORD && koffi.sizeof('void *') === WORD && isLittleEndian) return;
  throw new Error('modules are called on 64-bit little-endian systems only');
}

/** Memory that a module sees during a call: outside V8's heap, so that it does not move, and overwritten afterwards. */
export class Memory {
  readonly #blocks: Buffer[] = [];

  /** A block of zeros. */
  block(length: number): Buffer {
    const block = Buffer.from(new ArrayBuffer(Math.max(length, 1)));
    this.#blocks.push(block);
    return block;
  }

  /** A copy of bytes. */
  copy(bytes: Uint8Array): Buffer {
    const block = this.block(bytes.length);
    block.set(bytes);
    return block;
  }

  /** CK_ATTRIBUTE[]; null for none. */
  template(attributes: Attributes): { array: Buffer | null; count: bigint } {
    const entries = Object.entries(attributes) as [AttributeName, boolean | number | Uint8Array][];
    if (entries.length === 0) return { array: null, count: 0n };
    const array = this.block(entries.length * ATTRIBUTE_BYTES);
    for (const [index, [name, value]] of entries.entries()) {
      const bytes = this.#value(value);
      const length = value instanceof Uint8Array ? value.length : bytes.length;
      this.attribute(array, index, name, bytes, length);
    }
    return { array, count: BigInt(entries.length) };
  }

  /** Writes one CK_ATTRIBUTE of an array. */
  attribute(
    array: Buffer,
    index: number,
    name: AttributeName,
    value: Buffer | null,
    length: number,
  ): void {
    const at = index * ATTRIBUTE_BYTES;
    array.writeBigUInt64LE(BigInt(ATTRIBUTES[name].type), at);
    array.writeBigUInt64LE(value === null ? 0n : koffi.address(value), at + WORD);
    array.writeBigUInt64LE(BigInt(length), at + 2 * WORD);
  }

  /** CK_MECHANISM, with CK_RSA_PKCS_OAEP_PARAMS where it takes them. */
  mechanism(mechanism: Mechanism): Buffer {
    const structure = this.block(3 * WORD);
    structure.writeBigUInt64LE(BigInt(MECHANISMS[mechanism.name]));
    if (mechanism.name !== 'rsa-oaep') return structure;
    const { hash, mgf } = OAEP_HASHES[mechanism.hash];
    const parameters = this.block(5 * WORD);
    parameters.writeBigUInt64LE(BigInt(hash), 0);
    parameters.writeBigUInt64LE(BigInt(mgf), WORD);
    // CKZ_DATA_SPECIFIED, with an empty label: NSS refuses 0.
    parameters.writeBigUInt64LE(1n, 2 * WORD);
    structure.writeBigUInt64LE(koffi.address(parameters), WORD);
    structure.writeBigUInt64LE(BigInt(parameters.length), 2 * WORD);
    return structure;
  }

  /** Overwrites every block. */
  clear(): void {
    for (const block of this.#blocks) block.fill(0);
  }

  #value(value: boolean | number | Uint8Array): Buffer {
    if (value instanceof Uint8Array) return this.copy(value);
    if (typeof value === 'boolean') return this.copy(Uint8Array.of(value ? 1 : 0));
    const block = this.block(WORD);
    block.writeBigUInt64LE(BigInt(value));
    return block;
  }
}

/** The value of an attribute from its bytes. */
export function attributeValue(name: AttributeName, bytes: Buffer): boolean | number | Uint8Array {
  switch (ATTRIBUTES[name].kind) {
    case 'flag':
      return bytes[0] === 1;
    case 'number':
      return Number(bytes.readBigUInt64LE());
    case 'bytes':
      return new Uint8Array(bytes);
  }
}
