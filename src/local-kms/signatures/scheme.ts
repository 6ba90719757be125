import type { RpcRequest } from '../rpc-request.ts';

/** A way to sign requests. One file a scheme; `schemes.ts` lists them. */
export interface SignatureScheme {
  /** Whether a request says that it is signed this way. */
  isUsedBy(request: RpcRequest): boolean;
  /**
   * Reads the signature of a request and checks its form, but not whether it is right.
   *
   * @throws KmsRefusal `IncompleteSignature`, `MissingParameter`, `IllegalTimestamp`
   */
  read(request: RpcRequest): SignedClaim;
}

/** What a signed request says about itself. */
export interface SignedClaim {
  readonly accessKeyId: string;
  /** As in the request. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly securityToken: string | undefined;
  /** Computes the signature anew with the access key's secret. */
  verify(accessKeySecret: string): Verdict;
}

export interface Verdict {
  readonly matches: boolean;
  /** What this server signed, for the client to compare: never the secret. */
  readonly explanation: string;
}
