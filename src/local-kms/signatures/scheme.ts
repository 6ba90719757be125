import type { RpcRequest } from '../request/rpc-request.ts';

/** A way to sign requests. One file a scheme; `schemes.ts` lists them. */
export interface SignatureScheme {
  /** Whether a request says that it is signed this way. */
  isUsedBy(request: RpcRequest): boolean;
  /**
   * Reads the signature of a request and checks its form, but not whether it is right.
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
  /** Computes the signature anew with the access key's secret, and compares. */
  isSignedWith(accessKeySecret: string): boolean;
  /**
   * The gateway's message of `SignatureDoesNotMatch`: what this server signed, for the client to compare. It
   * repeats the request, but neither the secret nor the security token, in whose place it says `HIDDEN_TOKEN`.
   */
  explainMismatch(): string;
}

/** What stands in an explanation where the security token was signed. */
export const HIDDEN_TOKEN = 'hidden';
