import type { FileContext } from '../base/files/durable-file.ts';
import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { StopSignal } from './exit-codes.ts';

/** A stream for messages or results. */
export interface OutputStream {
  readonly isTerminal: boolean;
  /** How many characters a line of the terminal has, now; undefined if it is none, or does not tell. */
  readonly columns: number | undefined;
  /** False if it was closed when the program was started, or opened for reading only. */
  readonly isOpen: boolean;
  /** `device:inode` of the regular file behind the stream, if any. */
  readonly fileId: string | undefined;
  /** Resolves when the system has accepted every byte; a regular file is then on stable storage. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * As `write`, for output that may be lost: if the stream is not read, it blocks neither other work nor process
   * exit. Rejects when `until` aborts.
   */
  writeUntil(bytes: Uint8Array, until: AbortSignal): Promise<void>;
}

export interface InputStream {
  readonly isTerminal: boolean;
  readonly fileId: string | undefined;
  /** Reads to the end, but at most `maxBytes + 1` bytes. */
  read(maxBytes: number): Promise<Buffer>;
}

/**
 * Everything a command sees of the system: streams, environment, clock, randomness. `systemIo` makes the real one;
 * tests make their own.
 */
export interface Io extends FileContext {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory; undefined if it was removed. */
  readonly cwd: string | undefined;
  /** The effective user; undefined on systems without one. */
  readonly userId: number | undefined;
  /**
   * What is said on stderr if the process is interrupted from now on.
   *
   * @returns takes it back
   */
  lastWords(words: () => string): () => void;
  /** Kills all processes of a group; does nothing if there are none. */
  killGroup(groupId: number): void;
  /** The path of the Node.js that runs, for a process of its own. */
  readonly nodeExecutable: string;
  /** The files that this program is in: first the one that starts it, alone where that is all there is. */
  readonly programFiles: readonly string[];
  /** The version of Node.js, such as `20.20.0`. */
  readonly nodeVersion: string;
  /** The version of OpenSSL in Node.js, such as `3.0.16`. */
  readonly opensslVersion: string;
  /** False with `--no-input`: nobody is asked, neither by `promptSecret` nor by reading a terminal. */
  readonly mayAsk: boolean;
  /** Asks on the terminal itself, never through stdin or stderr; undefined if there is no terminal. */
  promptSecret(question: string): Promise<SecretBytes | undefined>;
  /**
   * Asks for a line on the terminal itself, which shows what is typed.
   *
   * @param text - lines to be shown, and the question; line feeds are kept
   * @returns without blanks around it; undefined if there is no terminal
   */
  promptLine(text: string): Promise<string | undefined>;
  /** The name of this machine. */
  readonly hostName: string;
  /** The operating system, such as `Linux 6.1.0`. */
  readonly system: string;
  /**
   * From now on a signal to stop is the command's normal affair and no interruption: `signal` does not abort, and `take`
   * gets it. Another one of the same kind ends the process, unless `take` gives true.
   */
  takeSignals(take: (signal: StopSignal) => boolean): void;
  /** @throws the reason of the signal (`Io`'s own if none is given) */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds of a clock that is never set back. */
  monotonicMs(): number;
  /** Not for secrets: at least 0, below 1. */
  random(): number;
}
