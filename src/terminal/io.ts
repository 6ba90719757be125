import type { FileContext } from '../base/files/durable-file.ts';
import type { SecretBytes } from '../base/secret-bytes.ts';

/** A stream that messages or results go to. */
export interface OutputStream {
  readonly isTerminal: boolean;
  /** `device:inode` of the regular file behind the stream, if there is one. */
  readonly fileId: string | undefined;
  /** Resolves when the system has accepted every byte; a regular file is on stable storage then. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * As `write`, for what may be lost: where nobody reads the stream it neither holds up other work of the process nor its
   * end. It rejects when `until` aborts.
   */
  writeUntil(bytes: Uint8Array, until: AbortSignal): Promise<void>;
}

export interface InputStream {
  readonly isTerminal: boolean;
  readonly fileId: string | undefined;
  /** Reads to the end, but no more than `maxBytes + 1` bytes. */
  read(maxBytes: number): Promise<Buffer>;
}

/**
 * The world as a command sees it: streams, environment, clock, randomness. The command line gets one
 * `Io` and nothing else; `systemIo` makes the real one, tests make their own.
 */
export interface Io extends FileContext {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The effective user; undefined where the system has none. */
  readonly userId: number | undefined;
  /** Kills all processes of a group at once; where there are none it does nothing. */
  killGroup(groupId: number): void;
  /** Of Node.js, such as `20.20.0`. */
  readonly nodeVersion: string;
  /** Asks on the terminal itself, never on stdin or stderr; undefined if there is no terminal. */
  promptSecret(question: string): Promise<SecretBytes | undefined>;
  /**
   * Resolves when the process is told to stop. Once called, being told so is the command's regular end
   * and no interruption: `signal` does not abort.
   */
  untilStopped(): Promise<void>;
  sleep(milliseconds: number): Promise<void>;
}
