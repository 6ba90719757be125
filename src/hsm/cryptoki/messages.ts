import { deserialize, serialize } from 'node:v8';
import type { CallName } from './calls.ts';

/** What is asked of the process that has the module. */
export interface RequestMessage {
  readonly name: CallName;
  readonly request: object;
}

/** What that process answers: the value, or why there is none. */
export type AnswerMessage =
  | { readonly value: unknown }
  | { readonly functionName: string; readonly returnValue: number }
  /** The module cannot be loaded: the words of the system. */
  | { readonly notLoaded: string }
  /** The library that calls native code is not installed, or not for this system. */
  | { readonly noBinding: string }
  /** What no module can mean, such as more objects than there was room for. */
  | { readonly nonsense: string }
  | { readonly defect: string };

const LENGTH_BYTES = 4;
/** No message is longer: a template, an export, a list of handles. */
const MAX_MESSAGE_BYTES = 1 << 20;

/**
 * A message as it goes through the pipe: its length (32 bits, little-endian) and its value in V8's own format. The caller
 * overwrites it after it was written if there is a PIN in it.
 */
export function encodeMessage(message: RequestMessage | AnswerMessage): Buffer {
  const body = serialize(message);
  const frame = Buffer.from(new ArrayBuffer(LENGTH_BYTES + body.length));
  frame.writeUInt32LE(body.length);
  frame.set(body, LENGTH_BYTES);
  body.fill(0);
  return frame;
}

/**
 * The length of the message that a buffer begins with, its prefix included; undefined where the prefix is not there yet.
 *
 * @throws RangeError if no message is so long
 */
export function messageLength(received: Buffer): number | undefined {
  if (received.length < LENGTH_BYTES) return undefined;
  const length = received.readUInt32LE();
  if (length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${length} bytes`);
  return LENGTH_BYTES + length;
}

/** Reads a whole message, its prefix included. */
export function decodeMessage(message: Buffer): unknown {
  return deserialize(message.subarray(LENGTH_BYTES));
}
