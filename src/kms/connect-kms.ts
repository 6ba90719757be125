import { Config } from '@alicloud/openapi-client';
import { Attempts } from './attempts.ts';
import type { Authorities } from '../network/authorities.ts';
import { SdkKmsClient } from './client.ts';
import type { ResolvedCredentials } from '../credentials/credentials.ts';
import type { ResolveRule } from '../network/endpoint.ts';
import { portOf, resolveRuleFor } from '../network/endpoint.ts';
import type { Env } from '../base/env.ts';
import type { Gateway } from './gateway.ts';
import type { KmsClient } from './kms-client.ts';
import type { Proxy } from '../network/proxy.ts';
import { chooseProxy } from '../network/proxy.ts';
import type { AttemptReport, RetryClock, RetryPolicy } from './retry.ts';
import { DEFAULT_RETRY_POLICY } from './retry.ts';
import { KmsSdkClient } from './official-client.ts';
import { Transport } from '../network/transport.ts';

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

/**
 * Makes a client. Nothing is sent before the first call.
 *
 * @throws KmsxError `proxy-unsupported`, `gateway-malformed` (a proxy variable)
 */
export function connectKms(options: ConnectOptions): KmsClient {
  const { gateway, credentials, authorities, env } = options;
  const policy = options.policy ?? DEFAULT_RETRY_POLICY;
  proxyOf(options); // one that can't be used is found now
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
      endpoint: hostOf(gateway),
      protocol: gateway.protocol,
      regionId: gateway.region ?? '',
      credential: credentials.credential,
      userAgent: options.userAgent ?? 'kmsx',
    }),
  );
  const { renewal } = credentials;
  const attempts = new Attempts({ ...options, transport, policy, host: hostOf(gateway), renewal });
  return new SdkKmsClient(sdk, attempts, gateway, async () => {
    await transport.close();
    await credentials.close();
  });
}

/**
 * The proxy that requests to a gateway go through.
 *
 * @throws KmsxError `proxy-unsupported`, `gateway-malformed` (a proxy variable)
 */
export function proxyOf({
  gateway,
  resolve,
  env,
}: Pick<ConnectOptions, 'gateway' | 'resolve' | 'env'>):
  Pick<Proxy, 'name' | 'variable'> | undefined {
  const { host, protocol } = gateway;
  if (resolveRuleFor(resolve, { host, port: portOf(gateway) }) !== undefined) return undefined;
  return chooseProxy(protocol, host, env);
}

/** HOST[:PORT], as the Host header has it. */
function hostOf({ url, protocol }: Gateway): string {
  return url.slice(`${protocol}://`.length);
}
