/** What the conditions of a policy may ask about a request. */
export interface RequestFacts {
  readonly requestId: string;
  readonly time: Date;
  /** An IP address, without a port. */
  readonly sourceIp: string;
  /** Whether it came over TLS. */
  readonly isSecure: boolean;
}

/** What a cryptographic operation is asked to do with a key. */
export interface Encryption {
  /** `SYMMETRIC_DEFAULT` under a symmetric key, or the algorithm under a public key. */
  readonly algorithm: string;
  /** The names and values of the encryption context. */
  readonly context: ReadonlyMap<string, string>;
}

/** What a policy decides on: who wants to do what to which resource. */
export interface AccessRequest {
  /** In lower case: `kms:decrypt`. */
  readonly action: string;
  /** The ARN of the resource. */
  readonly resource: string;
  readonly tags: ReadonlyMap<string, string> | undefined;
  /** Of cryptographic operations only. */
  readonly encryption: Encryption | undefined;
  /** The ARN of the caller. */
  readonly principal: string;
  readonly facts: RequestFacts;
}
