import type { JsonObject } from '../../base/json.ts';
import type { PublicKeyCache } from '../encryption/public-key-cache.ts';
import type { RandomBytes } from '../identifiers.ts';
import type { KeyPairQueue } from '../keys/key-pair-queue.ts';
import type { Caller } from '../permissions/caller.ts';
import type { Parameters } from '../request/parameters.ts';
import type { KeyStore } from '../state/key-store.ts';

/**
 * Carries out an operation of KMS. It checks the caller's permission itself, as soon as it knows the resource.
 *
 * @returns the fields of the answer, without RequestId
 * @throws KmsRefusal with KMS's code for what is wrong
 */
export type OperationHandler = (
  parameters: Parameters,
  context: OperationContext,
) => JsonObject | Promise<JsonObject>;

/** An operation that this server offers: a row of `operations.ts`. */
export interface ServedOperation {
  readonly run: OperationHandler;
  /**
   * Whether it accepts the parameter DryRun. A dry run runs the handler and discards its answer, so such a
   * handler must not change anything.
   */
  readonly takesDryRun: boolean;
  /** Whether a dedicated gateway offers it. */
  readonly onDedicatedGateway: boolean;
}

export interface OperationContext {
  readonly store: KeyStore;
  readonly randomBytes: RandomBytes;
  readonly now: () => Date;
  /** The public keys that data keys were last exported to. */
  readonly publicKeys: PublicKeyCache;
  /** Generates every RSA and EC key. */
  readonly keyPairs: KeyPairQueue;
  /** Whether data keys are exported under SM2 keys in DER. */
  readonly exportsSm2InDer: boolean;
  readonly caller: Caller;
  /** The KMS instance whose dedicated gateway received the call. */
  readonly instanceId: string | undefined;
}
