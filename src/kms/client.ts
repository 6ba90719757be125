import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Config } from '@alicloud/openapi-client';
import { KmsxError, kmsxError } from '../base/error.ts';
import { SecretBytes } from '../base/secret-bytes.ts';
import { answerFields } from './answer-fields.ts';
import type { Authorities } from './authorities.ts';
import type { ResolvedCredentials } from './credentials.ts';
import type { ResolveRule } from './endpoint.ts';
import type { Env } from './env.ts';
import {
  answerMalformed,
  fieldOf,
  isRetryable,
  kmsError,
  parseObject,
  retryAfterMs,
  word,
} from './errors.ts';
import type { Gateway } from './gateway.ts';
import type {
  DecryptedDataKey,
  DecryptInput,
  DryRunAnswer,
  ExportDataKeyInput,
  ExportedDataKey,
  GenerateAndExportDataKeyInput,
  GeneratedDataKey,
  KmsClient,
} from './kms-client.ts';
import { chooseProxy } from './proxy.ts';
import { decryptRequest, exportRequest, generateRequest } from './requests.ts';
import type { AttemptOutcome, AttemptReport, RetryClock, RetryPolicy } from './retry.ts';
import { DEFAULT_RETRY_POLICY, withRetries } from './retry.ts';
import { KmsSdkClient } from './sdk-client.ts';
import type { Answer, Exchange } from './transport.ts';
import { Transport } from './transport.ts';

export interface ConnectOptions {
  readonly gateway: Gateway;
  /** The client's own from now on: `close` closes them. */
  readonly credentials: ResolvedCredentials;
  /** What `loadAuthorities` made of `--ca-file`. */
  readonly authorities?: Authorities | undefined;
  readonly resolve?: readonly ResolveRule[] | undefined;
  readonly policy?: RetryPolicy | undefined;
  /** For the proxy variables. */
  readonly env: Env;
  readonly signal?: AbortSignal | undefined;
  /** Added to the SDK's own, such as `kmsx/1.0.0`. */
  readonly userAgent?: string | undefined;
  readonly now: () => Date;
  /** The system's if it is not given. */
  readonly clock?: RetryClock | undefined;
  /** For `--verbose`. */
  readonly onAttempt?: ((action: string, report: AttemptReport) => void) | undefined;
}

/** Part of `--timeout`, so that an address that swallows packets is told from a slow KMS. */
const CONNECT_TIMEOUT_MS = 5000;

const REHEARSAL_HEADER = 'x-kmsx-embedded-kms';

/**
 * Makes a client. Nothing is sent before the first call.
 *
 * @throws KmsxError `proxy-unsupported`, `gateway-malformed` (a proxy variable)
 */
export function connectKms(options: ConnectOptions): KmsClient {
  const { gateway, credentials, authorities, env } = options;
  const policy = options.policy ?? DEFAULT_RETRY_POLICY;
  chooseProxy(gateway.protocol, gateway.host, env); // a proxy that can't be used is found now
  const transport = new Transport({
    authorities: gateway.onlyCaFile ? authorities?.ofFile : authorities?.all,
    proxyAuthorities: authorities?.all,
    connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, policy.timeoutMs),
    proxyEnv: env,
    resolve: options.resolve,
    expects: 'kms',
  });
  const sdk = new KmsSdkClient(
    new Config({
      endpoint: gateway.url.slice(`${gateway.protocol}://`.length),
      protocol: gateway.protocol,
      regionId: gateway.region ?? '',
      credential: credentials.credential,
      userAgent: options.userAgent ?? 'kmsx',
    }),
  );
  return new SdkKmsClient(sdk, transport, policy, options);
}

class SdkKmsClient implements KmsClient {
  readonly endpoint: string;
  readonly region: string | undefined;
  readonly dryRun: KmsClient['dryRun'];
  isRehearsal = false;
  readonly #sdk: KmsSdkClient;
  readonly #transport: Transport;
  readonly #policy: RetryPolicy;
  readonly #options: ConnectOptions;

  constructor(
    sdk: KmsSdkClient,
    transport: Transport,
    policy: RetryPolicy,
    options: ConnectOptions,
  ) {
    this.endpoint = options.gateway.url;
    this.region = options.gateway.region;
    this.#sdk = sdk;
    this.#transport = transport;
    this.#policy = policy;
    this.#options = options;
    this.dryRun = {
      generateAndExportDataKey: (input) =>
        this.#dryRun('GenerateAndExportDataKey', generateRequest(input).toMap()),
      exportDataKey: (input) => this.#dryRun('ExportDataKey', exportRequest(input).toMap()),
      decrypt: (input) => this.#dryRun('Decrypt', decryptRequest(input).toMap()),
    };
  }

  async generateAndExportDataKey(input: GenerateAndExportDataKeyInput): Promise<GeneratedDataKey> {
    const action = 'GenerateAndExportDataKey';
    return this.#attempts(action, async () => {
      const answer = await this.#sdk.generateAndExportDataKey(generateRequest(input));
      const fields = answerFields(action, answer.requestId);
      return {
        ciphertextBlobBase64: fields.base64('CiphertextBlob', answer.ciphertextBlob),
        exportedDataKeyBase64: fields.base64('ExportedDataKey', answer.exportedDataKey),
        keyId: fields.text('KeyId', answer.keyId),
        keyVersionId: fields.text('KeyVersionId', answer.keyVersionId),
        requestId: fields.requestId,
      };
    });
  }

  async exportDataKey(input: ExportDataKeyInput): Promise<ExportedDataKey> {
    const action = 'ExportDataKey';
    return this.#attempts(action, async () => {
      const answer = await this.#sdk.exportDataKey(exportRequest(input));
      const fields = answerFields(action, answer.requestId);
      return {
        exportedDataKeyBase64: fields.base64('ExportedDataKey', answer.exportedDataKey),
        keyId: fields.text('KeyId', answer.keyId),
        keyVersionId: fields.text('KeyVersionId', answer.keyVersionId),
        requestId: fields.requestId,
      };
    });
  }

  async decrypt(input: DecryptInput): Promise<DecryptedDataKey> {
    const action = 'Decrypt';
    return this.#attempts(action, async () => {
      const answer = await this.#sdk.decrypt(decryptRequest(input));
      const fields = answerFields(action, answer.requestId);
      return {
        keyId: fields.text('KeyId', answer.keyId),
        keyVersionId: fields.text('KeyVersionId', answer.keyVersionId),
        requestId: fields.requestId,
        plaintext: new SecretBytes(fields.bytes('Plaintext', answer.plaintext)),
      };
    });
  }

  async close(): Promise<void> {
    await this.#transport.close();
    await this.#options.credentials.close();
  }

  async #dryRun(
    action: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<DryRunAnswer> {
    return this.#attempts(action, async (exchange): Promise<DryRunAnswer> => {
      const failure = await this.#sdk.call(action, { ...parameters, DryRun: 'true' }).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      const body = parseObject(exchange.answer?.body ?? Buffer.alloc(0));
      const requestId = word(fieldOf(body, 'RequestId'));
      if (fieldOf(body, 'Code') === 'DryRunOperationError') {
        return { wouldSucceed: true, ...(requestId !== undefined && { requestId }) };
      }
      if (failure !== undefined) throw failure.error;
      throw answerMalformed(action, 'a dry run was asked for and it was carried out', requestId);
    });
  }

  #attempts<T extends { readonly requestId?: string }>(
    action: string,
    call: (exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    const { clock = systemClock(this.#options.signal), onAttempt, signal } = this.#options;
    return withRetries(
      this.#policy,
      clock,
      (timeoutMs) =>
        this.#transport.exchange({ timeoutMs, signal }, (exchange) =>
          this.#attempt(action, exchange, call),
        ),
      (report) => onAttempt?.(action, report),
    );
  }

  async #attempt<T extends { readonly requestId?: string }>(
    action: string,
    exchange: Exchange,
    call: (exchange: Exchange) => Promise<T>,
  ): Promise<AttemptOutcome<T>> {
    try {
      const value = await call(exchange);
      return { ok: true, value, requestId: value.requestId };
    } catch (thrown) {
      this.#options.signal?.throwIfAborted();
      const { answer } = exchange;
      const error = this.#asKmsxError(action, thrown, answer);
      return {
        ok: false,
        error,
        isRetryable: isRetryable(error),
        retryAfterMs: answer && retryAfterMs(answer.headers, this.#options.now()),
      };
    } finally {
      if (exchange.answer?.headers[REHEARSAL_HEADER] !== undefined) this.isRehearsal = true;
    }
  }

  /** The SDK's errors hold the request and the whole answer: none of them goes on, not even as a cause. */
  #asKmsxError(action: string, thrown: unknown, answer: Answer | undefined): KmsxError {
    const body = parseObject(answer?.body ?? Buffer.alloc(0));
    const isError =
      answer !== undefined && (answer.status >= 400 || word(fieldOf(body, 'Code')) !== undefined);
    if (isError && !(thrown instanceof KmsxError && thrown.code !== 'answer-malformed')) {
      const host = new URL(this.endpoint).host;
      return kmsError(answer, { action, host, now: this.#options.now() });
    }
    if (thrown instanceof KmsxError) return thrown;
    if (answer === undefined)
      return kmsxError('internal', `a defect in kmsx: ${action} was not sent`);
    const requestId = word(fieldOf(body, 'RequestId'));
    return answerMalformed(action, 'a field has the wrong type', requestId);
  }
}

function systemClock(signal: AbortSignal | undefined): RetryClock {
  return {
    now: () => performance.now(),
    random: () => Math.random(),
    sleep: async (milliseconds) => {
      try {
        await delay(milliseconds, undefined, signal && { signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
  };
}
