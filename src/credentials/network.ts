import type { Authorities } from '../network/authorities.ts';
import type { CredentialSource } from './sources/sources.ts';
import type { ResolveRule } from '../network/endpoint.ts';
import type { Env } from '../base/env.ts';
import { Transport } from '../network/transport.ts';

export interface CredentialNetworkOptions {
  /** Read for proxies. */
  readonly env: Env;
  readonly authorities?: Authorities | undefined;
  readonly resolve?: readonly ResolveRule[] | undefined;
}

/** The instance metadata is one hop away or does not exist. */
const METADATA_CONNECT_TIMEOUT_MS = 500;

/**
 * In a container the response to the token request may be lost (its hop limit is 1). This must leave time for the
 * requests without a token.
 */
const METADATA_REQUEST_TIMEOUT_MS = 600;

/** The transports of credential sources: instance metadata never goes through a proxy, all others do as KMS does. */
export class CredentialNetwork {
  readonly #metadata: Transport;
  readonly #others: Transport;

  constructor({ env, authorities, resolve }: CredentialNetworkOptions) {
    const common = { authorities: authorities?.all, resolve, expects: 'anything' } as const;
    this.#metadata = new Transport({
      ...common,
      connectTimeoutMs: METADATA_CONNECT_TIMEOUT_MS,
      requestTimeoutMs: METADATA_REQUEST_TIMEOUT_MS,
    });
    this.#others = new Transport({ ...common, proxyEnv: env });
  }

  transportOf(source: CredentialSource): Transport {
    return source.asks === 'the instance metadata' ? this.#metadata : this.#others;
  }

  async close(): Promise<void> {
    await Promise.all([this.#metadata.close(), this.#others.close()]);
  }
}
