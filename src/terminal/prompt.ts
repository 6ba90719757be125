import { openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { secretBuffer, SecretBytes, secretCopy } from '../base/secret-bytes.ts';

const ENTER = new Set([0x0a, 0x0d]);
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const CTRL_U = 0x15;
const BACKSPACE = new Set([0x08, 0x7f]);
const MAX_BYTES = 4096;

/**
 * Asks for a secret on the terminal itself (`/dev/tty`) without echo. The bytes go into a Buffer and never into a
 * string.
 *
 * @returns the bytes up to Enter, or undefined if the process has no terminal
 */
export async function promptSecret(
  question: string,
  signal: AbortSignal,
): Promise<SecretBytes | undefined> {
  let descriptor: number;
  try {
    descriptor = openSync('/dev/tty', 'r+');
  } catch {
    return undefined; // no controlling terminal: the caller suggests another way
  }
  const terminal = new ReadStream(descriptor);
  try {
    writeSync(descriptor, question);
    terminal.setRawMode(true);
    return await readLine(terminal, signal);
  } finally {
    terminal.setRawMode(false);
    writeSync(descriptor, '\n');
    terminal.destroy();
  }
}

function readLine(terminal: ReadStream, signal: AbortSignal): Promise<SecretBytes> {
  const typed = secretBuffer(MAX_BYTES);
  let length = 0;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      typed.fill(0);
      reject(signal.reason instanceof Error ? signal.reason : new InterruptedAtPrompt());
    };
    signal.addEventListener('abort', stop, { once: true });
    terminal.on('data', (chunk: Buffer) => {
      for (const byte of chunk) {
        if (ENTER.has(byte)) {
          signal.removeEventListener('abort', stop);
          const line = secretCopy(typed.subarray(0, length));
          typed.fill(0);
          resolve(new SecretBytes(line));
          break;
        }
        if (byte === CTRL_C || byte === CTRL_D) {
          stop();
          break;
        }
        if (BACKSPACE.has(byte)) length = previousCharacter(typed, length);
        else if (byte === CTRL_U) length = 0;
        else if (length < MAX_BYTES) length += typed.writeUInt8(byte, length) - length;
      }
      chunk.fill(0);
    });
  });
}

/** The start of the last UTF-8 character before `length`. */
function previousCharacter(bytes: Buffer, length: number): number {
  let start = length - 1;
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return Math.max(start, 0);
}

/** Ctrl-C or Ctrl-D at a prompt; handled like SIGINT. */
export class InterruptedAtPrompt extends Error {
  override readonly name = 'InterruptedAtPrompt';
}
