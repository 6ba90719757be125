import credentialsSdk from '@alicloud/credentials';
import type { CredentialsProvider } from '@alicloud/credentials';
import { KmsxError, kmsxError, systemErrorCode } from '../base/error.ts';
import type { CredentialSource } from './credential-sources.ts';
import { fieldOf, parseObject, word } from './answer-json.ts';
import { KMS_ERRORS } from './error-table.ts';
import type { Answer, Transport } from './transport.ts';

/** What the SDK's clients take for credentials. */
export type SdkCredential = InstanceType<typeof credentialsSdk.default>;

type Keys = Awaited<ReturnType<CredentialsProvider['getCredentials']>>;

/**
 * A source whose requests go through a transport of kmsx and whose errors are kmsx's own. The library's
 * messages hold whole answers and files, and so never go on.
 */
export function guardedCredential(
  source: CredentialSource,
  transport: Transport,
  timeoutMs: number,
): SdkCredential {
  const provider: CredentialsProvider = {
    getProviderName: () => source.provider.getProviderName(),
    getCredentials: () => fetchCredentials(source, transport, { timeoutMs }),
  };
  return new credentialsSdk.default(null, provider);
}

/**
 * Asks a source for credentials, once.
 *
 * @throws KmsxError `credentials-failed`; what the transport throws where the source was not reached, with
 * the source named; STS's own Code where STS is too busy
 */
export async function fetchCredentials(
  source: CredentialSource,
  transport: Transport,
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Keys> {
  return transport.exchange(limits, async (exchange) => {
    try {
      return await source.provider.getCredentials();
    } catch (error) {
      if (limits.signal?.aborted === true) throw error;
      throw sourceError(source, error, exchange.answer);
    }
  });
}

function sourceError(
  source: CredentialSource,
  error: unknown,
  answer: Answer | undefined,
): KmsxError {
  const details = { source: source.name };
  if (error instanceof KmsxError) {
    if (error.kind !== 'unavailable') return error;
    const { kind, code, hints } = error;
    return new KmsxError({
      kind,
      code,
      message: `credentials of ${source.name}: ${error.message}`,
      details: { ...error.details, ...details },
      ...(hints !== undefined && { hints }),
    });
  }
  const failed = `credentials of ${source.name} could not be had`;
  if (answer === undefined) {
    const reason = systemErrorCode(error) === undefined ? '' : ': the token file cannot be read';
    return kmsxError('credentials-failed', `${failed}${reason}`, details);
  }
  const body = parseObject(answer.body);
  const remoteCode = answer.status === 200 ? undefined : word(fieldOf(body, 'Code'));
  const requestId = word(fieldOf(body, 'RequestId'));
  const said = remoteCode ?? `status ${answer.status}`;
  const message = `${failed}: ${source.asks} answered ${answer.status === 200 ? 'without them' : said}`;
  const isBusy = answer.status === 429 || answer.status >= 500 || isBusyCode(remoteCode);
  const { kind, code } = isBusy
    ? ({ kind: 'unavailable', code: remoteCode ?? 'network-failed' } as const)
    : ({ kind: 'credentials', code: 'credentials-failed' } as const);
  return new KmsxError({
    kind,
    code,
    message,
    details: { ...details, reason: said },
    ...hintsOf(remoteCode, isBusy),
    ...(requestId !== undefined && { requestId }),
    httpStatus: answer.status,
  });
}

function isBusyCode(code: string | undefined): boolean {
  if (code === undefined) return false;
  if (code.startsWith('Throttling')) return true;
  return Object.hasOwn(KMS_ERRORS, code) && KMS_ERRORS[code]?.kind === 'unavailable';
}

/** What KMS and STS both say means the same. Else the table of hints has one for `credentials-failed`. */
function hintsOf(
  code: string | undefined,
  isBusy: boolean,
): { readonly hints?: readonly string[] } {
  const facts =
    code !== undefined && Object.hasOwn(KMS_ERRORS, code) ? KMS_ERRORS[code] : undefined;
  if (facts !== undefined && !facts.hint.includes('ACTION')) return { hints: [facts.hint] };
  return isBusy ? { hints: ['try again later'] } : {};
}
