import openApiSdk, { Config, OpenApiRequest } from '@alicloud/openapi-client';
import { Model } from '@alicloud/tea-typescript';
import { KmsxError, kmsxError } from '../base/error.ts';
import { fieldOf, parseObject, word } from '../answers/json.ts';
import type { Authorities } from '../network/authorities.ts';
import type { ResolvedCredentials } from './credentials.ts';
import type { ResolveRule } from '../network/endpoint.ts';
import type { Env } from '../base/env.ts';
import { answerMalformed, kmsError, refusedJson } from '../answers/errors.ts';
import { unreachedHints } from './hints.ts';
import { stsEndpoint } from './sts-endpoint.ts';
import type { Answer } from '../network/transport.ts';
import { Transport } from '../network/transport.ts';
import { rpcParams } from '../network/rpc-params.ts';

/** The identity behind a set of credentials. */
export interface CallerIdentity {
  /** 16 digits. */
  readonly accountId: string;
  /** Such as `acs:ram::1234567890123456:user/alice`. */
  readonly arn: string;
  /** STS's own word: `Account`, `RAMUser` or `AssumedRoleUser`. */
  readonly identityType: string;
  readonly requestId: string;
}

export interface CallerIdentityOptions {
  /** Read for proxies and for the STS endpoint. */
  readonly env: Env;
  /** The result of `loadAuthorities` for `--ca-file`. */
  readonly authorities?: Authorities | undefined;
  readonly resolve?: readonly ResolveRule[] | undefined;
  /** Limit for the one attempt, including fetching the credentials; 10 s by default. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly userAgent?: string | undefined;
  readonly now: () => Date;
}

const ACTION = 'GetCallerIdentity';
const API_VERSION = '2015-04-01';
const DEFAULT_TIMEOUT_MS = 10_000;

/** The transport handles time-outs and proxies. */
const NO_RUNTIME_OPTIONS: Readonly<Model> = new Model();

/**
 * Asks STS once which identity these credentials belong to (GetCallerIdentity, 2015-04-01). The call needs no
 * permission. It goes to the endpoint of the credentials' profile, or to the one that `stsEndpoint` derives from
 * the environment.
 *
 * @throws KmsxError errors of the credential source; the Code of STS; `network-failed`, `timed-out`,
 * `tls-failed`, `proxy-failed`, `not-kms` (the response is not JSON), `answer-malformed`
 */
export async function callerIdentity(
  credentials: ResolvedCredentials,
  options: CallerIdentityOptions,
): Promise<CallerIdentity> {
  const endpoint =
    credentials.stsEndpoint?.() ?? stsEndpoint(() => undefined, options.env, 'the environment');
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const transport = new Transport({
    authorities: options.authorities?.all,
    proxyEnv: options.env,
    resolve: options.resolve,
    expects: 'kms',
  });
  const sts = new openApiSdk.default(
    new Config({
      endpoint,
      protocol: 'https',
      credential: credentials.credential,
      userAgent: options.userAgent ?? 'kmsx',
    }),
  );
  try {
    return await transport.exchange({ timeoutMs, signal: options.signal }, async (exchange) => {
      try {
        await sts.callApi(
          rpcParams(ACTION, API_VERSION),
          new OpenApiRequest({}),
          NO_RUNTIME_OPTIONS,
        );
      } catch (thrown) {
        options.signal?.throwIfAborted();
        throw identityError(thrown, exchange.answer, endpoint, options.now());
      }
      return readIdentity(exchange.answer);
    });
  } finally {
    await transport.close();
  }
}

function readIdentity(answer: Answer | undefined): CallerIdentity {
  const body = parseObject(answer?.body ?? Buffer.alloc(0));
  const requestId = word(fieldOf(body, 'RequestId'));
  const field = (name: string, shape: RegExp): string => {
    const value = fieldOf(body, name);
    if (typeof value === 'string' && shape.test(value)) return value;
    throw answerMalformed(ACTION, `${name} is missing or malformed`, requestId);
  };
  return {
    accountId: field('AccountId', /^\d{1,32}$/),
    arn: field('Arn', /^acs:ram::[\x21-\x7e]{1,500}$/),
    identityType: field('IdentityType', /^[A-Za-z]{1,50}$/),
    requestId: field('RequestId', /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
  };
}

/** Errors of the credential source already have hints of their own. */
function withStsHints(error: KmsxError): KmsxError {
  if (error.kind !== 'unavailable' || error.during === 'credentials') return error;
  const hints = unreachedHints({ asks: 'STS', name: 'STS' }, error);
  return hints === undefined ? error : error.with({ hints });
}

/** The SDK's errors contain the request and the full response, so they are never passed on, not even as a cause. */
function identityError(
  thrown: unknown,
  answer: Answer | undefined,
  host: string,
  now: Date,
): KmsxError {
  if (thrown instanceof KmsxError) return refusedJson(thrown, ACTION) ?? withStsHints(thrown);
  if (answer === undefined) {
    return kmsxError('internal', `a defect in kmsx: ${ACTION} was not sent`);
  }
  return kmsError(answer, { action: ACTION, host, now });
}
