import { randomBytes } from 'node:crypto';
import { fstatSync } from 'node:fs';
import { hostname, release, type } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from '../base/error.ts';
import { isOpenForWriting, isTerminal, writeDescriptor } from '../base/files/descriptor.ts';
import { isProcessAlive } from '../base/files/process-alive.ts';
import type { InputStream, Io, OutputStream } from './io.ts';
import { promptLine, promptSecret } from './prompt.ts';

/**
 * Makes the `Io` of the real process.
 *
 * @param host - Node's `process`
 * @param programFiles - the files that the program is in
 * @param signal - aborts when the process is interrupted
 * @param takeSignals - as in `Io`
 * @param lastWords - as in `Io`
 */
export function systemIo(
  host: NodeJS.Process,
  programFiles: readonly string[],
  signal: AbortSignal,
  takeSignals: Io['takeSignals'],
  lastWords: Io['lastWords'],
): Io {
  return {
    stdin: systemInput(host),
    stdout: systemOutput(host, 1, signal),
    stderr: systemOutput(host, 2, signal),
    env: host.env,
    cwd: workingDirectory(host),
    nodeExecutable: host.execPath,
    programFiles,
    nodeVersion: host.versions.node,
    opensslVersion: host.versions.openssl,
    pid: host.pid,
    signal,
    takeSignals,
    lastWords,
    now: () => new Date(),
    randomBytes: (length) => randomBytes(length),
    sleep: async (milliseconds, until = signal) => {
      await delay(milliseconds, undefined, { signal: until }).catch(() => {
        until.throwIfAborted();
      });
    },
    monotonicMs: () => performance.now(),
    random: () => Math.random(),
    mayAsk: true,
    promptSecret: (question) => promptSecret(question, signal),
    promptLine: (text) => promptLine(text, signal),
    hostName: hostname(),
    system: `${type()} ${release()}`,
    userId: host.geteuid?.(),
    killGroup: (groupId) => {
      try {
        host.kill(-groupId, 'SIGKILL');
      } catch (error) {
        if (systemErrorCode(error) === undefined) throw error; // the processes have already ended
      }
    },
    isProcessAlive: (pid) => isProcessAlive(host, pid),
  };
}

function workingDirectory(host: NodeJS.Process): string | undefined {
  try {
    return host.cwd();
  } catch {
    return undefined;
  }
}

/** The stream of an open descriptor. Writes come out in the order in which they were asked for. */
export function systemOutput(
  host: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
  descriptor: number,
  signal: AbortSignal,
): OutputStream {
  // Each write has a thread of its own, and threads overtake each other.
  let last: Promise<unknown> = Promise.resolve();
  const afterLast = (write: () => Promise<void>): Promise<void> => {
    const written = last.then(write, write);
    last = written;
    return written;
  };
  return {
    isTerminal: isTerminal(descriptor),
    get columns() {
      if (!isTerminal(descriptor)) return undefined;
      const { columns } = nodeStream(host, descriptor);
      return columns > 0 ? columns : undefined; // 0 where nobody has said
    },
    isOpen: isOpenForWriting(descriptor),
    fileId: fileIdOf(descriptor),
    write: (bytes) => afterLast(() => writeDescriptor(descriptor, bytes, signal)),
    writeUntil: (bytes, until) => {
      // A libuv thread blocked on a full pipe would outlive the program.
      if (!isTerminal(descriptor)) nodeStream(host, descriptor);
      return afterLast(() => writeDescriptor(descriptor, bytes, until));
    },
  };
}

/** Node's own stream. Creating it makes its pipe non-blocking; Node restores that at process exit. */
function nodeStream(
  host: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
  descriptor: number,
): NodeJS.WriteStream {
  return descriptor === 1 ? host.stdout : host.stderr;
}

function systemInput(host: NodeJS.Process): InputStream {
  return {
    isTerminal: isTerminal(0),
    fileId: fileIdOf(0),
    read: async (maxBytes) => {
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of host.stdin as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        length += chunk.length;
        if (length > maxBytes) break;
      }
      const bytes = Buffer.concat(chunks);
      for (const chunk of chunks) chunk.fill(0);
      return bytes;
    },
  };
}

function fileIdOf(descriptor: number): string | undefined {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFile() ? `${stats.dev}:${stats.ino}` : undefined;
  } catch {
    return undefined; // a closed descriptor has no file behind it
  }
}
