import { isUtf8 } from 'node:buffer';
import { refuse } from './refusal.ts';

/** Reads SSH's binary form from its start to its end; each call takes what comes next (RFC 4251 §5). */
export interface WireReader {
  readonly uint8: () => number;
  readonly uint32: () => number;
  readonly uint64: () => bigint;
  /** So many bytes: a view. */
  readonly bytes: (count: number) => Buffer;
  /** A string of any bytes: a view. */
  readonly string: () => Buffer;
  /** A string in UTF-8 without NUL. */
  readonly text: () => string;
  /** An integer that is not negative, high byte first, without leading zeros; empty for 0. A longer form is refused. */
  readonly mpint: () => Buffer;
  readonly isAtEnd: () => boolean;
  /** How many bytes were read. */
  readonly position: () => number;
  /** Refuses what is left. */
  readonly end: () => void;
}

/**
 * Reads bytes in SSH's binary form. Each method refuses the signature where they are cut short or in another form.
 *
 * @param what - what the bytes are, for the refusal
 */
export function wireReader(bytes: Buffer, what: string): WireReader {
  let position = 0;
  const malformed = (problem: string): never => refuse(`is malformed: ${what} ${problem}`);
  const take = (count: number): Buffer => {
    if (count > bytes.length - position) malformed('is cut short');
    position += count;
    return bytes.subarray(position - count, position);
  };
  const string = (): Buffer => take(take(4).readUInt32BE(0));
  return {
    uint8: () => take(1).readUInt8(0),
    uint32: () => take(4).readUInt32BE(0),
    uint64: () => take(8).readBigUInt64BE(0),
    bytes: take,
    string,
    text: () => {
      const text = string();
      if (!isUtf8(text) || text.includes(0)) malformed('has a text that is none');
      return text.toString('utf8');
    },
    mpint: () => {
      const [number, first, second] = withFirstBytes(string());
      if (first === undefined) return number;
      if (first >= 0x80) malformed('has a negative number');
      if (first > 0) return number;
      if (second === undefined || second < 0x80) malformed('has a number with leading zeros');
      return number.subarray(1);
    },
    isAtEnd: () => position === bytes.length,
    position: () => position,
    end: () => {
      if (position < bytes.length) malformed('goes on after its end');
    },
  };
}

function withFirstBytes(bytes: Buffer): [Buffer, number | undefined, number | undefined] {
  return [bytes, bytes[0], bytes[1]];
}

/** A string of SSH's binary form: its length in four bytes, then the bytes. */
export function wireString(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length, 0);
  return Buffer.concat([length, bytes]);
}
