import type { JsonObject } from '../../base/json.ts';
import type { RandomBytes } from '../identifiers.ts';
import type { KeyStore } from '../state/key-store.ts';
import type { Parameters } from '../request/parameters.ts';
import type { Caller } from '../permissions/caller.ts';
import type { KeyPairQueue } from '../keys/key-pair-queue.ts';
import type { PublicKeyCache } from '../encryption/public-key-cache.ts';

/** An operation of KMS. One file each; `operations.ts` lists them. */
export interface Operation {
  /** Its name on the wire. */
  readonly action: string;
  /**
   * Whether it takes the parameter DryRun. A dry run runs the operation and throws its answer away: an operation
   * that takes DryRun must change nothing.
   */
  readonly takesDryRun: boolean;
  /** Whether a dedicated gateway offers it: those have cryptographic operations only. */
  readonly onDedicatedGateway: boolean;
  /**
   * Runs the operation. It asks for the caller's permission by itself, as soon as it knows the resource.
   *
   * @returns the fields of the answer, without RequestId
   * @throws KmsRefusal with KMS's code for what is wrong
   */
  run(parameters: Parameters, context: OperationContext): JsonObject | Promise<JsonObject>;
}

export interface OperationContext {
  readonly store: KeyStore;
  readonly randomBytes: RandomBytes;
  readonly now: () => Date;
  /** The public keys that data keys were exported to last. */
  readonly publicKeys: PublicKeyCache;
  /** Every RSA or EC key is made through it. */
  readonly keyPairs: KeyPairQueue;
  readonly caller: Caller;
  /** The KMS instance whose dedicated gateway the call came to. */
  readonly instanceId: string | undefined;
}
