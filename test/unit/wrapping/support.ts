import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { KmsxError } from '../../../src/base/error.ts';
import { SecretBytes } from '../../../src/base/bytes/secret-bytes.ts';
import type { DerValue } from '../../../src/wrapping/der.ts';
import { readDerChildren } from '../../../src/wrapping/der.ts';
import { PASSPHRASE } from '../../keys/forms.ts';

/** Reads one of the checked-in test keys. */
export function testKey(file: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`../../keys/${file}`, import.meta.url)));
}

/** Runs what must throw a KmsxError, and gives the error. */
export async function refusal(run: () => unknown): Promise<KmsxError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof KmsxError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A way to ask for a passphrase, which notes what it gave. */
export function asking(passphrase: string | Buffer = PASSPHRASE): {
  ask: () => Promise<SecretBytes>;
  given: SecretBytes[];
} {
  const given: SecretBytes[] = [];
  const ask = () => {
    const secret = new SecretBytes(Buffer.from(passphrase));
    given.push(secret);
    return Promise.resolve(secret);
  };
  return { ask, given };
}

/** A passphrase that must not be asked for. */
export function neverAsked(): Promise<SecretBytes> {
  throw new Error('the passphrase was asked for');
}

/** Writes one DER value, its length in `lengthBytes` bytes or else in as few as DER wants. */
export function tlv(tag: number, content: Uint8Array = Buffer.alloc(0), lengthBytes = 0): Buffer {
  const { length } = content;
  if (length < 128 && lengthBytes === 0) {
    return Buffer.concat([Buffer.from([tag, length]), content]);
  }
  const octets = Math.max(lengthBytes, Math.ceil(length.toString(16).length / 2));
  const encoded = Buffer.alloc(octets);
  encoded.writeUIntBE(length, 0, octets);
  return Buffer.concat([Buffer.from([tag, 0x80 | octets]), encoded, content]);
}

/** Writes a SEQUENCE. */
export function sequence(children: readonly Buffer[], lengthBytes = 0): Buffer {
  return tlv(0x30, Buffer.concat(children), lengthBytes);
}

/** Takes well-formed DER apart. */
export function parse(bytes: Buffer | undefined): DerValue[] {
  const children = bytes === undefined ? undefined : readDerChildren(bytes);
  if (children === undefined) throw new Error('the test has wrong DER');
  return children;
}

/** A key file with a byte changed, cut short, with bytes in its midst or after it, or some of it twice. */
export function keyFileMutation(contents: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...contents), fc.nat(), fc.nat(), fc.uint8Array({ maxLength: 6 }))
    .chain(([content, first, second, bytes]) => {
      const place = first % content.length;
      const end = second % (content.length + 1);
      const flipped = Buffer.from(content);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << (second % 8));
      return fc.constantFrom(
        flipped,
        content.subarray(0, place),
        content.subarray(place),
        Buffer.concat([content, bytes]),
        Buffer.concat([content.subarray(0, place), bytes, content.subarray(place)]),
        Buffer.concat([content.subarray(0, place), content.subarray(place + bytes.length)]),
        Buffer.concat([content, content.subarray(end)]),
      );
    });
}
