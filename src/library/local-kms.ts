/// <reference lib="esnext.disposable" preserve="true" />
/* What `kmsx/local-kms` exports. The build makes its declarations from this file alone, so that the types of what is
   exported use nothing from elsewhere: neither other files of kmsx nor the types of Node.js. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { hasCode } from '../base/error.ts';
import { isProcessAlive } from '../base/files/process-alive.ts';
import { commandEnvironment } from '../local-kms/client-environment.ts';
import type { InjectedFault } from '../local-kms/faults/fault.ts';
import { isFaultMistake, parseFaults } from '../local-kms/faults/parse-fault.ts';
import type { LocalKms as Server } from '../local-kms/start-local-kms.ts';
import { startLocalKms as startServer } from '../local-kms/start-local-kms.ts';
import { answering, clock } from './callbacks.ts';
import type { OptionCheck } from './check-options.ts';
import { checkOptions, LOCAL_KMS_CHECKS } from './check-options.ts';

/** How a server is started; each of these may be left out. */
export interface LocalKmsOptions {
  /** The port of 127.0.0.1 to listen on; by default, and where it is 0, a free one. */
  readonly port?: number | undefined;
  /**
   * What the server begins with: the document that docs/seed.md describes, as an object or as JSON text. By default there
   * is one access key, which may do everything, and one KMS key, `alias/rehearsal`.
   */
  readonly seed?: object | string | undefined;
  /**
   * The folder that keeps the server's state, made where it is missing; by default the state is in memory. One server at a
   * time can use it. If it holds a state already, that is used and `seed` is not: `hadState` tells.
   */
  readonly state?: string | undefined;
  /** Serves HTTPS, with a certificate authority of the server's own: `caFile`. By default false. */
  readonly tls?: boolean | undefined;
  /**
   * What goes wrong on purpose, such as `throttle:action=Decrypt,first=2`: each as `kmsx local-kms --fault` takes it.
   * By default nothing does.
   */
  readonly faults?: readonly string[] | undefined;
  /** Gets a line for each request, without its line feed: time, action, status, code, RequestId, duration, fault. */
  readonly log?: ((line: string) => void) | undefined;
  /** The server's clock; by default `new Date()`. Signatures are valid for 15 minutes of it, either way. */
  readonly now?: (() => Date) | undefined;
  /** An AbortSignal: the server closes when it aborts. */
  readonly signal?: CloseSignal | undefined;
}

/** What is used of an AbortSignal. */
export interface CloseSignal {
  readonly aborted: boolean;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A KMS key that the server had when it started. */
export interface LocalKmsKey {
  readonly keyId: string;
  /** Each with `alias/`. */
  readonly aliases: readonly string[];
  /** `Aliyun_AES_256`, `RSA_2048`, … */
  readonly keySpec: string;
}

/** A running server, and what a client needs to reach it. */
export interface LocalKms {
  /** `http://127.0.0.1:PORT`, or `https://…` with TLS. */
  readonly endpoint: string;
  /** `http` or `https`: official SDKs take it apart from `host`. */
  readonly protocol: 'http' | 'https';
  /** `127.0.0.1:PORT`: official SDKs call it their endpoint. */
  readonly host: string;
  /** `cn-local`. */
  readonly region: string;
  /** An access key of an account itself where there is one, else of its first RAM user. */
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** The first hundred KMS keys. */
  readonly keys: readonly LocalKmsKey[];
  /** With TLS: a file with the certificate of the server's authority, as PEM. `close` removes it, except from `state`. */
  readonly caFile?: string;
  /** Whether the folder `state` held a state already. */
  readonly hadState: boolean;
  /**
   * The variables that lead `kmsx` and the SDKs here: endpoint, access key, region, and none from profiles or instance
   * metadata; `KMSX_LOCAL_KMS` has it all as JSON.
   */
  readonly env: Readonly<Record<string, string>>;
  /**
   * The environment of a command, as `kmsx local-kms -- COMMAND` makes it: `env`, and of another environment all that
   * could not lead to a real account.
   *
   * @param from - usually `process.env`
   */
  commandEnvironment(from: Readonly<Record<string, string | undefined>>): Record<string, string>;
  /**
   * Replaces the faults; their counts start over. An empty list ends them.
   *
   * @throws LocalKmsError `fault-malformed`
   */
  setFaults(faults: readonly string[]): void;
  /** Stops listening, answers what was asked, and releases everything. Harmless when called again. */
  close(): Promise<void>;
  /** The same, for `await using`; only where Node.js has `Symbol.asyncDispose`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The word for what is wrong; it never changes its meaning. */
export type LocalKmsErrorCode =
  | 'disk-full'
  | 'fault-malformed'
  | 'file-unreadable'
  | 'file-unwritable'
  | 'json-malformed'
  | 'json-name-twice'
  | 'port-taken'
  | 'seed-malformed'
  | 'state-locked'
  | 'state-malformed';

/** Why a server cannot be as it is asked for. */
export class LocalKmsError extends Error {
  readonly code: LocalKmsErrorCode;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: LocalKmsErrorCode, message: string, hint: string, cause: unknown) {
    super(message, { cause });
    this.name = 'LocalKmsError';
    this.code = code;
    this.hint = hint;
  }
}

/** Each option has its check. */
const CHECKS: Readonly<Record<keyof LocalKmsOptions, OptionCheck>> = LOCAL_KMS_CHECKS;

/**
 * Starts the embedded KMS in this process: a server on 127.0.0.1 that speaks the protocol of Alibaba Cloud KMS, for tests
 * and never for real keys. Any number of them can run at once. Close each: a process with an open one does not end.
 *
 * @throws LocalKmsError if it cannot start as it is asked to; TypeError for what are no options; what `options.signal` has
 * as its reason, if it has aborted
 */
export async function startLocalKms(options: LocalKmsOptions = {}): Promise<LocalKms> {
  checkOptions(options, CHECKS);
  const own = { ...options }; // what was checked, and nothing inherited
  const { port = 0, seed, state, tls = false, faults = [], log, now, signal } = own;
  signal?.throwIfAborted();
  const server = await startServer({
    port,
    ...(state !== undefined && { stateFolder: resolve(state) }),
    seed: seed === undefined ? undefined : { text: textOf(seed), label: 'the seed' },
    tls,
    faults: parsed(faults, tls),
    log: log === undefined ? undefined : answering(log, throwLater),
    waitForLockMs: 0,
    signal: new AbortController().signal,
    now: now === undefined ? () => new Date() : clock(now, throwLater),
    randomBytes: (length) => randomBytes(length),
    pid: process.pid,
    userId: process.geteuid?.(),
    isProcessAlive: (pid) => isProcessAlive(process, pid),
  }).catch(failed);
  const close = async (): Promise<void> => {
    signal?.removeEventListener('abort', closeNow);
    await server.close();
  };
  // Whoever calls `close` too is told why it failed.
  const closeNow = (): void => void close().catch(() => undefined);
  signal?.addEventListener('abort', closeNow);
  if (signal?.aborted === true) {
    await close();
    signal.throwIfAborted();
  }
  return publicServer(server, tls, close);
}

function publicServer(server: Server, tls: boolean, close: () => Promise<void>): LocalKms {
  const { announcement, hadState } = server;
  const { Endpoint, Region, AccessKeyId, AccessKeySecret, Keys, CaFile } = announcement;
  const kms: Omit<LocalKms, typeof Symbol.asyncDispose> = {
    endpoint: Endpoint,
    protocol: tls ? 'https' : 'http',
    host: new URL(Endpoint).host,
    region: Region,
    accessKeyId: AccessKeyId,
    accessKeySecret: AccessKeySecret,
    keys: Keys.map(({ KeyId, Aliases, KeySpec }) => ({
      keyId: KeyId,
      aliases: Aliases,
      keySpec: KeySpec,
    })),
    ...(CaFile !== undefined && { caFile: CaFile }),
    hadState,
    env: commandEnvironment(announcement, {}),
    commandEnvironment: (from) => commandEnvironment(announcement, from),
    setFaults: (faults) => {
      checkOptions({ faults }, CHECKS);
      server.setFaults(parsed(faults, tls));
    },
    close,
  };
  const disposal = 'asyncDispose' in Symbol && { [Symbol.asyncDispose]: close };
  return Object.assign(kms, disposal) as LocalKms;
}

/** Throws a mistake of the user's a little later, where nothing depends on it: it must not go unseen. */
function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

function textOf(seed: object | string): string {
  return typeof seed === 'string' ? seed : JSON.stringify(seed);
}

function parsed(specs: readonly string[], tls: boolean): readonly InjectedFault[] {
  const faults = parseFaults(specs, tls);
  if (!isFaultMistake(faults)) return faults;
  throw new LocalKmsError('fault-malformed', faults.mistake, HINTS['fault-malformed'], undefined);
}

const HINTS: Readonly<Record<LocalKmsErrorCode, string>> = {
  'disk-full': 'free some space, or use another folder',
  'fault-malformed':
    'KIND:NAME=VALUE,…, as in throttle:action=Decrypt,first=2; docs/embedded-kms.md has them all',
  'file-unreadable': 'check the permissions of the folder',
  'file-unwritable': 'check that the folder may be written',
  'json-malformed': "seed takes an object or JSON text: read a file by readFileSync(path, 'utf8')",
  'json-name-twice': 'remove one of the two: readers disagree on which one counts',
  'port-taken': 'leave out port, for a free one',
  'seed-malformed':
    'docs/seed.md shows a whole seed; schemas/kmsx-local-kms-seed.schema.json is its schema',
  'state-locked': 'close the server that uses the folder, or give this one another',
  'state-malformed': 'move the folder away to start with a fresh one',
};

function failed(error: unknown): never {
  if (!hasCode(error, ...(Object.keys(HINTS) as LocalKmsErrorCode[]))) throw error;
  const { code, message, hints } = error;
  throw new LocalKmsError(code, message, hints?.join('; ') ?? HINTS[code], error);
}
