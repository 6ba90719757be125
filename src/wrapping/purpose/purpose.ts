import type { WrappingAlgorithmName } from '../algorithms.ts';

/** What the file of a public key says of what the key is for. Nothing in it says that it is for everything. */
export interface KeyPurpose {
  /** Why it may not wrap keys: a sentence about the key goes on so. */
  readonly forbids?: string;
  /** The one algorithm that it is for. */
  readonly algorithm?: WrappingAlgorithmName;
}
