import { kmsxError } from '../../base/error.ts';
import { fieldOf, parseObject } from '../../answers/json.ts';
import type { AccessKey, OwnSource, ProviderLimits } from './sources.ts';
import {
  areExternalSourcesOff,
  assertAccessKey,
  externalSourceError,
  staticProvider,
} from './sources.ts';
import type { Env } from '../../base/env.ts';
import type { KillGroup } from './run-command.ts';
import { runCommand } from './run-command.ts';
import { exchangeSignal, TimeIsUp } from '../../network/transport.ts';

type Provider = ReturnType<OwnSource['provider']>;

/** A generous limit: an STS response is below 2 KB. */
const MAX_OUTPUT_BYTES = 64 * 1024;

/** Credentials are renewed this long before they expire. */
const RENEWED_BEFORE_MS = 180_000;

/**
 * A command that prints credentials (mode External) as JSON with `access_key_id`, `access_key_secret`, `sts_token`
 * and `expiration` (RFC 3339), and optionally `mode`, AK or StsToken. It is run without a shell when credentials
 * are needed, and again before they expire. Nothing is written back into the profile.
 *
 * When asked for credentials, the provider throws KmsxError `timed-out` if the command takes longer than the
 * exchange that needs them, or than `limits`, and `credentials-failed` if it fails.
 *
 * @param where - the profile and file, for messages
 * @throws KmsxError `credentials-failed` if ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set;
 * `credentials-file-malformed` for a malformed command
 */
export function externalSource(
  name: string,
  command: string,
  where: string,
  context: {
    readonly env: Env;
    readonly now: () => Date;
    readonly killGroup: KillGroup;
  },
): OwnSource {
  const { env, now, killGroup } = context;
  if (areExternalSourcesOff(env)) throw externalSourceError(name);
  const words = splitCommand(command, where);
  const provider = (limits: ProviderLimits): Provider => {
    let known: Printed | undefined;
    return {
      getProviderName: () => 'external',
      getCredentials: async () => {
        if (known === undefined || now().getTime() >= known.endMs - RENEWED_BEFORE_MS) {
          const signal = exchangeSignal() ?? limits.signal;
          const result = await runCommand(words, env, {
            timeoutMs: limits.timeoutMs,
            maxBytes: MAX_OUTPUT_BYTES,
            signal,
            killGroup,
          });
          if ('interrupted' in result) throw interruptedError(name, limits, signal);
          if ('failure' in result) throw commandError(name, result.failure);
          known = readOutput(name, result.stdout);
          result.stdout.fill(0);
        }
        return staticProvider(known.key).getCredentials();
      },
    };
  };
  return { name, provider, asks: 'the command' };
}

interface Printed {
  readonly key: AccessKey;
  /** When they expire, in milliseconds since 1970; infinite if the command does not say. */
  readonly endMs: number;
}

function readOutput(name: string, stdout: Buffer): Printed {
  const body = parseObject(stdout);
  const text = (field: string): string | undefined => {
    const value = fieldOf(body, field);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [accessKeyId, accessKeySecret] = [text('access_key_id'), text('access_key_secret')];
  if (accessKeyId === undefined || accessKeySecret === undefined) {
    throw commandError(name, 'did not print JSON with access_key_id and access_key_secret');
  }
  const mode = text('mode')?.toLowerCase() ?? '';
  if (!['', 'ak', 'ststoken'].includes(mode)) {
    throw commandError(name, 'printed a mode other than AK and StsToken');
  }
  const securityToken = text('sts_token');
  if (mode === 'ststoken' && securityToken === undefined) {
    throw commandError(name, 'printed no sts_token');
  }
  const key = { accessKeyId, accessKeySecret, securityToken };
  assertAccessKey(name, key);
  const end = Date.parse(text('expiration') ?? '');
  return { key, endMs: Number.isNaN(end) ? Number.POSITIVE_INFINITY : end };
}

/** An interruption is not the command's fault. Running out of time is, and another attempt would not help. */
function interruptedError(
  name: string,
  limits: ProviderLimits,
  signal: AbortSignal | undefined,
): Error {
  const reason: unknown = signal?.aborted === true ? signal.reason : undefined;
  if (reason instanceof Error) return reason;
  const ms = reason instanceof TimeIsUp ? reason.timeoutMs : limits.timeoutMs;
  const seconds = Number((ms / 1000).toFixed(1));
  return kmsxError('timed-out', `${name}: the command did not end within ${seconds} s`, {
    details: { reason: 'command' },
    during: 'credentials',
    hints: [
      'run the process_command of the profile by hand: it must end without asking anything; --timeout and --deadline allow it more time',
    ],
  });
}

function commandError(name: string, what: string): Error {
  return kmsxError('credentials-failed', `${name}: the command ${what}`, {
    hints: [
      'run the process_command of the profile by hand: it must print JSON with access_key_id, access_key_secret and sts_token; kmsx runs it without a shell, for at most --timeout',
    ],
  });
}

/** One word of a command line, or white space between two. */
const PART = /\s+|\\\n|\\[^]|'[^']*'|"(?:\\[^]|[^"\\])*"|[^\s'"\\]+|[^]/gy;

/**
 * Splits `process_command` into words as the aliyun command-line tool does: POSIX quotes and backslashes, but no
 * other shell syntax: no variables, no `|`, no `~`.
 *
 * @param where - the profile and file, for messages
 * @throws KmsxError `credentials-file-malformed`, without quoting the command: it may contain a secret
 */
export function splitCommand(command: string, where: string): readonly [string, ...string[]] {
  if (command.includes('\0'))
    throw malformedCommand(`process_command of ${where} contains a NUL character`);
  const words: string[] = [];
  let word: string | undefined;
  for (const [part] of command.trim().matchAll(PART)) {
    if (part === '\\\n') continue;
    if (/^\s/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word = (word ?? '') + textOf(part, where);
  }
  if (word !== undefined) words.push(word);
  const [program, ...rest] = words;
  if (program === undefined || program === '') {
    throw malformedCommand(`process_command of ${where} is empty`);
  }
  return [program, ...rest];
}

function textOf(part: string, where: string): string {
  if (part === "'" || part === '"')
    throw malformedCommand(`process_command of ${where} has an unclosed quote`);
  if (part === '\\') throw malformedCommand(`process_command of ${where} ends with a backslash`);
  if (part.startsWith("'")) return part.slice(1, -1);
  if (part.startsWith('\\')) return part.slice(1);
  if (!part.startsWith('"')) return part;
  return part.slice(1, -1).replaceAll(/\\([\n"\\$`])/g, (_, c: string) => (c === '\n' ? '' : c));
}

function malformedCommand(message: string): Error {
  return kmsxError('credentials-file-malformed', message);
}
