import type { RpcRequest } from '../request/rpc-request.ts';

/** A way to sign requests. `authenticate.ts` lists them. */
export interface SignatureScheme {
  /** Whether a request says that it is signed this way. */
  isUsedBy(request: RpcRequest): boolean;
  /**
   * Reads the signature of a request and checks its form, but does not verify it.
   *
   * @throws KmsRefusal `IncompleteSignature`, `MissingParameter`, `IllegalTimestamp`, `InvalidSignatureMethod`,
   * `InvalidParameter`
   */
  read(request: RpcRequest): SignedClaim;
}

/** What a signed request says about itself. */
export interface SignedClaim {
  readonly accessKeyId: string;
  /** As in the request. */
  readonly timestamp: string;
  readonly nonce: string;
  /** As in the request, and covered by the signature. */
  readonly securityToken: string | undefined;
  /** Verifies the signature with the access key's secret. */
  isSignedWith(accessKeySecret: string): boolean;
  /**
   * The gateway's message of `SignatureDoesNotMatch`: what this server signed, for the client to compare. It
   * repeats the request, but not the secret, and has `HIDDEN_TOKEN` instead of the security token.
   */
  explainMismatch(): string;
}

/** Replaces the security token in explanations. */
export const HIDDEN_TOKEN = 'hidden';
