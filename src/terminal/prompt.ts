import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { systemErrorCode } from '../base/error.ts';
import { ReadStream } from 'node:tty';
import { secretBuffer, SecretBytes, secretCopy } from '../base/bytes/secret-bytes.ts';
import { oneLine, printable } from './output/printable.ts';
import { Interrupted } from './exit-codes.ts';
import { lineEditor } from './line-editor.ts';

const ENTER = new Set([0x0a, 0x0d]);
const CTRL_C = 0x03;
const CTRL_D = 0x04;
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
  const descriptor = openTerminal();
  if (descriptor === undefined) return undefined;
  const terminal = new ReadStream(descriptor);
  try {
    writeSync(descriptor, oneLine(question));
    terminal.setRawMode(true);
    return await readLine(terminal, signal);
  } finally {
    terminal.setRawMode(false);
    writeSync(descriptor, '\n');
    terminal.destroy();
  }
}

/**
 * Asks for a line on the terminal itself, which shows and edits what is typed.
 *
 * @param text - lines to be shown, and the question
 * @returns without blanks around it; undefined if the process has no terminal
 */
export async function promptLine(text: string, signal: AbortSignal): Promise<string | undefined> {
  const descriptor = openTerminal();
  if (descriptor === undefined) return undefined;
  const terminal = new ReadStream(descriptor);
  try {
    terminal.setRawMode(true); // what was typed before the question is no answer to it
    drain();
    terminal.setRawMode(false);
    writeSync(descriptor, printable(text));
    return await new Promise((resolve, reject) => {
      const stop = (): void => {
        reject(signal.reason instanceof Error ? signal.reason : new Interrupted('SIGINT'));
      };
      signal.addEventListener('abort', stop, { once: true });
      terminal.once('end', stop);
      terminal.once('data', (line: Buffer) => {
        signal.removeEventListener('abort', stop);
        resolve(line.toString().trim());
      });
    });
  } finally {
    terminal.destroy();
  }
}

/** Reads what waits, and forgets it. */
function drain(): void {
  const bytes = secretBuffer(MAX_BYTES);
  const reader = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    while (readSync(reader, bytes) > 0) bytes.fill(0);
  } catch (error) {
    if (systemErrorCode(error) !== 'EAGAIN') throw error;
  } finally {
    bytes.fill(0);
    closeSync(reader);
  }
}

/** @returns undefined without a controlling terminal: the caller suggests another way */
function openTerminal(): number | undefined {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    return undefined;
  }
}

function readLine(terminal: ReadStream, signal: AbortSignal): Promise<SecretBytes> {
  const typed = secretBuffer(MAX_BYTES);
  const editor = lineEditor(typed);
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      typed.fill(0);
      reject(signal.reason instanceof Error ? signal.reason : new Interrupted('SIGINT'));
    };
    signal.addEventListener('abort', stop, { once: true });
    terminal.on('data', (chunk: Buffer) => {
      for (const byte of chunk) {
        if (ENTER.has(byte)) {
          signal.removeEventListener('abort', stop);
          const line = secretCopy(typed.subarray(0, editor.length));
          typed.fill(0);
          resolve(new SecretBytes(line));
          break;
        }
        if (byte === CTRL_C || byte === CTRL_D) {
          stop();
          break;
        }
        editor.type(byte);
      }
      chunk.fill(0);
    });
  });
}
