import { secretBuffer } from '../../base/bytes/secret-bytes.ts';

/** A copy of bytes that may be a private key, byte for byte: what `change` gives undefined for is left out. */
export function mapBytes(
  bytes: Buffer,
  change: (byte: number, index: number) => number | undefined,
): Buffer {
  const copy = secretBuffer(bytes.length);
  let length = 0;
  for (const [index, byte] of bytes.entries()) {
    const changed = change(byte, index);
    if (changed === undefined) continue;
    copy[length] = changed;
    length += 1;
  }
  return copy.subarray(0, length);
}

/** A set of bytes, by their ASCII characters. */
export function byteSet(characters: string): ReadonlySet<number> {
  return new Set(Buffer.from(characters, 'latin1'));
}

/** The lines of a text, each with its line feed: views. */
export function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const feed = bytes.indexOf('\n', from);
    const to = feed === -1 ? bytes.length : feed + 1;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return lines;
}

/** Parts of what may be a private key, one after the other, in memory as that of `secretBuffer`. */
export function secretConcat(parts: readonly Buffer[]): Buffer {
  const whole = secretBuffer(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
