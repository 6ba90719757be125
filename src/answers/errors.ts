import type { KmsxError } from '../base/error.ts';
import { hasCode, kmsxError } from '../base/error.ts';
import { fieldOf, parseObject, word } from './json.ts';
import { denialHint, denialIn } from './denial.ts';
import type { Subject } from './error-table/facts.ts';
import { embeddedHints, REHEARSAL_HEADER } from './error-table/embedded.ts';
import { CLOSED_INSTANCE_HINT, factsOf, KMS_ERRORS } from './error-table/table.ts';
import { KmsRefused } from './refusal.ts';
import { notKmsError } from '../network/errors.ts';
import { isTlsReason } from '../network/faults.ts';

/** An answer that holds an error, as the wire has it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface ErrorContext {
  /** KMS's name of the operation. */
  readonly action: string;
  /** HOST or HOST:PORT. */
  readonly host: string;
  /** This machine's clock, to compare with that of KMS. */
  readonly now: Date;
}

/** Parameters that a message may name: their names, never their values. */
const PARAMETERS = [
  'KeyId',
  'PublicKeyBlob',
  'WrappingAlgorithm',
  'WrappingKeySpec',
  'EncryptionContext',
  'KeySpec',
  'NumberOfBytes',
  'CiphertextBlob',
  'DryRun',
] as const;

/** A name as KMS gives its fields, which may be shown. */
const FIELD_NAME = /^[A-Z][A-Za-z]{0,39}$/;

const KEY_STATES = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport', 'Unavailable'];

/** The shared gateway on the Internet. */
const PUBLIC_GATEWAY = /^kms\.[a-z0-9-]+\.aliyuncs\.com(?::\d+)?$/;

/**
 * Makes the error for an answer of KMS that holds one: `{RequestId, HostId, Code, Message, Recommend}` of the
 * gateway, or `{HttpStatus, Code, Message, RequestId}` of KMS's documentation, in any letter case. Only
 * Code and RequestId are taken over as they are, words of a fixed list (a parameter, a key state), and what
 * `denialIn` accepts.
 *
 * @returns KmsRefused with KMS's Code; `not-kms` if the answer has no Code
 */
export function kmsError(answer: ErrorAnswer, context: ErrorContext): KmsxError {
  const body = parseObject(answer.body);
  const code = word(fieldOf(body, 'Code'));
  if (code === undefined) {
    return notKmsError(context.host, 'answers without a Code', answer.status);
  }
  const facts = factsOf(code, answer.status);
  const requestId = word(fieldOf(body, 'RequestId'));
  const denial = mayBeDenial(code, facts.about) ? denialIn(body, context.action) : undefined;
  const message = fieldOf(body, 'Message');
  const parameter = parameterIn(facts.about, message);
  const remark =
    parameter === undefined ? remarkOn(facts.about, message, answer, context) : ` (${parameter})`;
  // With a RequestId the reporter adds both; without one nothing else would show the Code.
  const origin = requestId === undefined ? ` (Code ${code})` : '';
  const isEmbedded = answer.headers[REHEARSAL_HEADER] !== undefined;
  const hint = facts.hint.replaceAll('ACTION', context.action);
  const hints = isEmbedded ? embeddedHints(code, hint) : [hint];
  return new KmsRefused({
    kind: facts.kind,
    code,
    message: `${facts.message}${remark}${origin}`,
    hints: [
      ...(denial === undefined ? hints : [denialHint(denial)]),
      ...(facts.mayBeClosedInstance && denial === undefined && PUBLIC_GATEWAY.test(context.host)
        ? [CLOSED_INSTANCE_HINT]
        : []),
    ],
    action: context.action,
    about: denial !== undefined && facts.kind === 'credentials' ? 'permission' : facts.about,
    denial,
    parameter,
    isEmbedded,
    requestId,
    httpStatus: answer.status,
  });
}

/** Makes the error for a malformed answer from KMS: a missing field, no base64, a wrong type. */
export function answerMalformed(action: string, what: string, requestId?: string): KmsxError {
  return kmsxError('answer-malformed', `malformed answer to ${action}: ${what}`, {
    details: { action },
    requestId,
  });
}

/**
 * The error for an answer whose JSON `parseJson` refused: what is wrong is not an input.
 *
 * @returns undefined for any other error
 */
export function refusedJson(
  error: unknown,
  action: string,
  requestId?: string,
): KmsxError | undefined {
  if (hasCode(error, 'json-name-twice')) {
    const name = FIELD_NAME.exec(error.details.name)?.[0] ?? 'a field name';
    return answerMalformed(action, `it has ${name} twice in one object`, requestId);
  }
  if (!hasCode(error, 'json-malformed')) return undefined;
  return answerMalformed(action, 'it nests too deep', requestId);
}

/**
 * Whether the same call may succeed if it is made again. That is so for exit code 5, except for what does not change
 * within seconds: an untrusted certificate, an unknown host name, a proxy that refuses, a command that hangs.
 */
export function isRetryable(error: KmsxError): boolean {
  if (error.kind !== 'unavailable') return false;
  if (hasCode(error, 'timed-out')) return error.details.reason !== 'command';
  if (hasCode(error, 'network-failed')) return error.details.reason !== 'ENOTFOUND';
  if (hasCode(error, 'proxy-failed')) {
    const { reason = '', status = 500 } = error.details;
    return reason !== 'ENOTFOUND' && !isTlsReason(reason) && (status < 300 || status >= 500);
  }
  return !hasCode(error, 'tls-failed');
}

/**
 * How long the answer asks to wait, in milliseconds: `Retry-After` in seconds or as a date (RFC 9110
 * §10.2.3), by the answer's own clock if it has one, or `x-acs-retry-after` in milliseconds (Alibaba Cloud's
 * newer SDKs). It is not limited here: `withRetries` waits within its deadline only.
 */
export function retryAfterMs(headers: ErrorAnswer['headers'], now: Date): number | undefined {
  const own = wholeNumber(headers['x-acs-retry-after']);
  if (own !== undefined) return own;
  const standard = headers['retry-after'];
  const seconds = wholeNumber(standard);
  if (seconds !== undefined) return seconds * 1000;
  const date = httpDate(standard);
  return date === undefined
    ? undefined
    : Math.max(0, date - (httpDate(headers['date']) ?? now.getTime()));
}

/** A whole number; of more than fifteen digits, the greatest of fifteen. */
function wholeNumber(text: string | string[] | undefined): number | undefined {
  if (typeof text !== 'string' || !/^\d+$/.test(text)) return undefined;
  return Math.min(Number(text), 999_999_999_999_999);
}

/** An HTTP date, in milliseconds since 1970. */
function httpDate(text: string | string[] | undefined): number | undefined {
  const date = typeof text === 'string' && text.endsWith(' GMT') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** Whether a code is about a permission, or unknown: then an AccessDeniedDetail is read. */
function mayBeDenial(code: string, about: Subject | undefined): boolean {
  return about === 'permission' || !Object.hasOwn(KMS_ERRORS, code);
}

/** The parameter that a refusal is about, if it is one of a fixed list. */
function parameterIn(about: Subject | undefined, message: unknown): string | undefined {
  if (about !== 'parameter' && about !== 'missing-parameter') return undefined;
  const words = wordsOf(message);
  return PARAMETERS.find((candidate) => words.includes(candidate));
}

/** What else of KMS's Message may be repeated: a known key state, and the difference between the two clocks. */
function remarkOn(
  about: Subject | undefined,
  message: unknown,
  answer: ErrorAnswer,
  context: ErrorContext,
): string {
  if (about === 'clock') return clockRemark(answer.headers['date'], context.now);
  if (about !== 'key-state') return '';
  const last = wordsOf(message).at(-1);
  const state = KEY_STATES.find((candidate) => last === candidate);
  return state === undefined ? '' : ` (${state})`;
}

function wordsOf(message: unknown): readonly string[] {
  return typeof message === 'string' ? (message.match(/[A-Za-z]+/g) ?? []) : [];
}

function clockRemark(date: string | string[] | undefined, now: Date): string {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(theirs)) return '';
  const minutes = Math.round((now.getTime() - theirs) / 60_000);
  if (minutes === 0) return '';
  return `; the clock here is ${Math.abs(minutes)} min ${minutes < 0 ? 'behind' : 'ahead'}`;
}
