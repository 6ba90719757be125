import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { race, timeLimit } from '../base/abort.ts';
import type { Env } from '../base/env.ts';
import { kmsxError } from '../base/error.ts';
import { MODULE_HOST } from '../base/own-programs.ts';
import type { AnswerOf, CallModule, CallName, RequestOf } from './cryptoki/calls.ts';
import { CryptokiFailure } from './cryptoki/calls.ts';
import type { AnswerMessage } from './cryptoki/messages.ts';
import { decodeMessage, encodeMessage, messageLength } from './cryptoki/messages.ts';

/** How a process with a module in it is started. */
export interface ModuleProcessOptions {
  /** The path of Node.js. */
  readonly nodeExecutable: string;
  /** The file that starts kmsx, which knows the word for its module host. */
  readonly programFile: string;
  readonly env: Env;
  /** The time for one call. */
  readonly timeoutMs: number;
  /** Ends whatever the module is doing. */
  readonly signal: AbortSignal;
}

/** A process that a module can be loaded into. */
export interface ModuleProcess {
  readonly call: CallModule;
  /** Has the module log out, close its sessions and end; kills it where it does not. */
  readonly close: () => Promise<void>;
}

/** How long a module may take to end. */
const CLOSING_MS = 5_000;

/** What a module has no business with, and what would change the program that it runs in. */
const WITHHELD = /^(?:KMSX_|ALIBABA_?CLOUD_|ALICLOUD_|ACCESS_KEY_|SECURITY_TOKEN$|NODE_)/;

/**
 * Starts a process for a module. A thread would not do: it dies with the module, and cannot be ended inside a native call.
 * Calls, the PIN and what comes back go through a pipe. The process has no terminal, its output goes nowhere, and it
 * writes no core dump.
 *
 * Each call throws KmsxError: `module-binding-missing`, `module-not-loaded`, `module-ended` if the module crashed,
 * `module-timed-out`; `CryptokiFailure` for a CK_RV other than CKR_OK; the reason of the signal.
 */
export function startModuleProcess(options: ModuleProcessOptions): ModuleProcess {
  const env = Object.entries(options.env).filter(([name]) => !WITHHELD.test(name));
  // By then a kmsx that lives has ended it.
  const seconds = Math.ceil(options.timeoutMs / 1_000) + 1;
  const child = spawn(options.nodeExecutable, [options.programFile, MODULE_HOST, String(seconds)], {
    env: Object.fromEntries(env),
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const pipe = child.stdio[3] as Duplex;
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => {
      resolve(error.message);
    });
    // Not its pipe's end: a program that the module started may hold that open for ever.
    child.on('exit', (code, signal) => {
      resolve(signal ?? `exit status ${code ?? 0}`);
    });
  });
  const answers = answersFrom(pipe);
  const ask = async (frame: Buffer, name: string): Promise<AnswerMessage> => {
    const limit = timeLimit(options.timeoutMs, () => timedOut(name, options), options.signal);
    // At once: after a signal this process may end before it comes back here.
    limit.signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
    try {
      if (!pipe.destroyed) pipe.write(frame);
      const { value } = await race(answers.next(), limit.signal);
      if (value !== undefined) return value;
      limit.signal.throwIfAborted();
      const how = await race(ended, limit.signal);
      throw kmsxError('module-ended', `the module ended during ${name} (${how})`);
    } catch (error) {
      child.kill('SIGKILL'); // it is not known what it is doing
      throw error;
    } finally {
      limit.end();
      frame.fill(0);
    }
  };
  return {
    call: async <Name extends CallName>(name: Name, request: RequestOf<Name>) => {
      const answer = await ask(encodeMessage({ name, request }), name);
      if ('value' in answer) return answer.value as AnswerOf<Name>;
      throw failureOf(answer, name, request);
    },
    close: async () => {
      pipe.end();
      const limit = timeLimit(CLOSING_MS, () => undefined);
      try {
        await race(ended, limit.signal);
      } catch {
        child.kill('SIGKILL');
        await ended;
      } finally {
        limit.end();
        pipe.destroy();
      }
    },
  };
}

function timedOut(name: string, { timeoutMs }: ModuleProcessOptions): Error {
  return kmsxError(
    'module-timed-out',
    `the module gave no answer to ${name} in ${timeoutMs / 1_000} s`,
  );
}

function failureOf(
  answer: Exclude<AnswerMessage, { value: unknown }>,
  name: string,
  request: object,
): Error {
  if ('returnValue' in answer) return new CryptokiFailure(answer.functionName, answer.returnValue);
  if ('nonsense' in answer) {
    return kmsxError('module-failed', `the module answers ${name} with ${answer.nonsense}`);
  }
  if ('notLoaded' in answer) {
    const path = 'path' in request ? String(request.path) : '';
    return kmsxError(
      'module-not-loaded',
      `the module cannot be loaded: ${firstLine(answer.notLoaded)}`,
      {
        details: { path },
      },
    );
  }
  if ('noBinding' in answer) {
    return kmsxError(
      'module-binding-missing',
      `koffi, which calls modules, is not installed here (${firstLine(answer.noBinding)})`,
    );
  }
  return new TypeError(`${name}: ${answer.defect}`);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** The answers of the pipe, in order; they end with it. */
async function* answersFrom(pipe: Duplex): AsyncGenerator<AnswerMessage, undefined> {
  let received = Buffer.alloc(0);
  try {
    for await (const chunk of pipe as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      for (
        let length = messageLength(received);
        length !== undefined && received.length >= length;
        length = messageLength(received)
      ) {
        yield decodeMessage(received.subarray(0, length)) as AnswerMessage;
        received = received.subarray(length);
      }
    }
  } catch {
    // A pipe that fails is one that has ended: why, the process's end tells.
  }
  return undefined;
}
