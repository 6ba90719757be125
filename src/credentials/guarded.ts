import credentialsSdk from '@alicloud/credentials';
import type { CredentialsProvider } from '@alicloud/credentials';
import { KmsxError, kmsxError, systemErrorCode } from '../base/error.ts';
import type { CredentialNetwork } from './network.ts';
import type { CredentialSource, ProviderLimits } from './sources/sources.ts';
import { assertAccessKey } from './sources/sources.ts';
import { fieldOf, parseObject, word } from '../answers/json.ts';
import type { Denial } from '../answers/denial.ts';
import { denialHint, denialIn } from '../answers/denial.ts';
import type { KmsErrorFacts } from '../answers/error-table/facts.ts';
import { factsOf } from '../answers/error-table/table.ts';
import { KmsRefused } from '../answers/refusal.ts';
import {
  NO_METADATA_TOKEN,
  NO_METADATA_TOKEN_HINT,
  noTokenRemark,
  tokenFileFailure,
  unreachedHints,
  URI_ANSWER_HINT,
} from './hints.ts';
import type { Exchange } from '../network/transport.ts';

/** The credential type that the SDK's clients take. */
export type SdkCredential = InstanceType<typeof credentialsSdk.default>;

type Keys = Awaited<ReturnType<CredentialsProvider['getCredentials']>>;

/**
 * Renews credentials that KMS rejects as expired. The credentials library renews them 15 minutes before they
 * expire, but if that fails it keeps using the old ones, even after they expire; only KMS reports that.
 */
export interface Renewal {
  /** The number of the credentials in use; it changes when they are discarded. */
  current(): number;
  /** Discards these credentials unless another caller already has; the next call fetches new ones. */
  renew(used: number): void;
}

/** The credential of a source, and how to renew it; fixed credentials have no renewal. */
export interface GuardedCredential {
  readonly credential: SdkCredential;
  readonly renewal?: Renewal;
}

/**
 * Wraps a source so that its requests go through kmsx's transports and its errors are kmsx's own. The library's
 * messages contain whole responses and files, so they are never passed on. Concurrent callers share one fetch.
 */
export function guardedCredential(
  source: CredentialSource,
  network: CredentialNetwork,
  limits: ProviderLimits,
): GuardedCredential {
  if (source.asks === 'nothing') {
    const keys = source.provider(limits).getCredentials();
    const fixed = { getProviderName: () => 'kmsx', getCredentials: () => keys };
    return { credential: new credentialsSdk.default(null, fixed) };
  }
  let number = 0;
  let provider: CredentialsProvider | undefined;
  let pending: Promise<Keys> | undefined;
  const fetch = async (): Promise<Keys> => {
    try {
      provider ??= guardedProvider(source, network, limits);
      return await provider.getCredentials();
    } finally {
      pending = undefined;
    }
  };
  const shared: CredentialsProvider = {
    getProviderName: () => 'kmsx',
    getCredentials: () => (pending ??= fetch()),
  };
  const credential = new credentialsSdk.default(null, shared);
  const renew = (used: number): void => {
    if (used !== number) return;
    number += 1;
    provider = undefined;
    pending = undefined;
  };
  return { credential, renewal: { current: () => number, renew } };
}

/**
 * Fetches credentials from a source once.
 *
 * @throws KmsxError `credentials-failed`; the transport's errors, naming the source, if it cannot be reached;
 * the Code of STS if STS is overloaded
 */
export async function fetchCredentials(
  source: CredentialSource,
  network: CredentialNetwork,
  limits: ProviderLimits,
): Promise<Keys> {
  return guardedProvider(source, network, limits).getCredentials();
}

/** Each source in a chain of roles has its own transport and reports its own errors. */
function guardedProvider(
  source: CredentialSource,
  network: CredentialNetwork,
  limits: ProviderLimits,
): CredentialsProvider {
  const provider =
    'previous' in source
      ? source.provider(limits, guardedProvider(source.previous, network, limits))
      : source.provider(limits);
  const transport = network.transportOf(source);
  return {
    getProviderName: () => provider.getProviderName(),
    getCredentials: () =>
      transport.exchange(limits, async (exchange) => {
        try {
          const keys = await provider.getCredentials();
          assertAccessKey(source.name, keys);
          return keys;
        } catch (error) {
          if (limits.signal?.aborted === true) throw error;
          throw sourceError(source, error, exchange);
        }
      }),
  };
}

function sourceError(
  source: CredentialSource,
  error: unknown,
  { answer, method }: Pick<Exchange, 'answer' | 'method'>,
): KmsxError {
  if (error instanceof KmsxError) {
    // In a chain of roles, the error already names the source that failed.
    if (error.kind !== 'unavailable' || error.during === 'credentials') return error;
    return error.with({
      message: `credentials from ${source.name}: ${error.message}`,
      hints: unreachedHints(source, error),
      during: 'credentials',
    });
  }
  const failed = `cannot get credentials from ${source.name}`;
  if (answer === undefined) {
    if (systemErrorCode(error) === undefined || !('tokenFile' in source)) {
      return kmsxError('credentials-failed', failed);
    }
    const { what, hint } = tokenFileFailure(source.tokenFile, error);
    return kmsxError('credentials-failed', `${failed}: ${what}`, { hints: [hint] });
  }
  // If requests without a token are allowed, one follows.
  if (source.asks === 'the instance metadata' && method === 'PUT') {
    const message = `${failed}: the instance metadata ${noTokenRemark(answer.status)}`;
    return kmsxError('credentials-failed', message, {
      details: { reason: NO_METADATA_TOKEN },
      hints: [NO_METADATA_TOKEN_HINT],
      httpStatus: answer.status,
    });
  }
  const body = parseObject(answer.body);
  const code = answer.status === 200 ? undefined : word(fieldOf(body, 'Code'));
  const said = code ?? `status ${answer.status}`;
  const message = `${failed}: ${source.asks} answered ${answer.status === 200 ? 'without credentials' : said}`;
  const facts = code === undefined ? undefined : factsOf(code, answer.status);
  const isBusy = answer.status === 429 || answer.status >= 500 || facts?.kind === 'unavailable';
  const parts = {
    hints:
      source.asks === 'the credentials URI' && !isBusy
        ? [URI_ANSWER_HINT]
        : hintsOf(facts, isBusy, denialIn(body, 'AssumeRole')),
    requestId: word(fieldOf(body, 'RequestId')),
    httpStatus: answer.status,
    during: 'credentials',
  } as const;
  if (isBusy && code !== undefined) {
    return new KmsRefused({ kind: 'unavailable', code, message, action: 'AssumeRole', ...parts });
  }
  const details = { reason: said };
  return kmsxError(isBusy ? 'network-failed' : 'credentials-failed', message, {
    details,
    ...parts,
  });
}

/**
 * The hint for a refusal: RAM's own details, otherwise the hint of a Code that STS shares with KMS. Without
 * either, `credentials-failed` has a general hint.
 */
function hintsOf(
  facts: KmsErrorFacts | undefined,
  isBusy: boolean,
  denial: Denial | undefined,
): readonly string[] | undefined {
  if (denial !== undefined) return [denialHint(denial)];
  if (facts !== undefined && !facts.hint.includes('ACTION')) return [facts.hint];
  return isBusy ? ['try again later'] : undefined;
}
