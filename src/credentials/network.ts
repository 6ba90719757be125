import type { Authorities } from '../network/authorities.ts';
import type { CredentialSource } from './sources/sources.ts';
import type { ResolveRule } from '../network/endpoint.ts';
import type { Env } from '../base/env.ts';
import { Transport } from '../network/transport.ts';

export interface CredentialNetworkOptions {
  /** For the proxy variables. */
  readonly env: Env;
  readonly authorities?: Authorities | undefined;
  readonly resolve?: readonly ResolveRule[] | undefined;
}

/** The metadata service of an instance is one hop away, or not there. */
const METADATA_CONNECT_TIMEOUT_MS = 500;

/**
 * In a container the answer to the request for a token may be lost (its hop limit is 1): that must leave time
 * for the requests without one.
 */
const METADATA_REQUEST_TIMEOUT_MS = 600;
const CONNECT_TIMEOUT_MS = 5000;

/** How sources are reached: the metadata service of an instance never through a proxy, all others like KMS. */
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
    this.#others = new Transport({
      ...common,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      proxyEnv: env,
    });
  }

  transportOf(source: CredentialSource): Transport {
    return source.asks === 'the instance metadata' ? this.#metadata : this.#others;
  }

  async close(): Promise<void> {
    await Promise.all([this.#metadata.close(), this.#others.close()]);
  }
}
