import { readSync, writeSync } from 'node:fs';
import { decodeMessage, messageLength } from '../cryptoki/messages.ts';

/** The descriptor of the pipe to the process that asks. */
export const PIPE = 3;

/** Writes all bytes, waiting where it must. */
export function writeWhole(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}

/** A message, and the bytes that it came in. */
export interface ReceivedMessage {
  /** Its own bytes are views of `bytes`. */
  readonly message: unknown;
  /** To be overwritten when the message is dealt with: there may be a PIN in it. */
  readonly bytes: Buffer;
}

/**
 * Waits for a message.
 *
 * @returns undefined when the other side has closed the pipe
 */
export function readMessage(descriptor: number): ReceivedMessage | undefined {
  let received = Buffer.from(new ArrayBuffer(0));
  for (;;) {
    const length = messageLength(received) ?? 4;
    if (received.length > 4 && received.length === length) {
      return { message: decodeMessage(received), bytes: received };
    }
    const next = Buffer.from(new ArrayBuffer(length));
    next.set(received);
    const count = readSync(descriptor, next, received.length, length - received.length, null);
    if (count === 0) return undefined;
    received.fill(0);
    received = next.subarray(0, received.length + count);
  }
}
