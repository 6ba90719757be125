/** What the conditions of a policy may ask about a request. */
export interface RequestFacts {
  readonly requestId: string;
  readonly time: Date;
  /** An IP address, without a port. */
  readonly sourceIp: string;
  /** Whether it came over TLS. */
  readonly isSecure: boolean;
}

/** What a policy decides on: who wants to do what to which resource. */
export interface AccessRequest {
  /** In lower case: `kms:decrypt`. */
  readonly action: string;
  /** The ARN of the resource. */
  readonly resource: string;
  readonly tags: ReadonlyMap<string, string> | undefined;
  /** The ARN of the caller. */
  readonly principal: string;
  readonly facts: RequestFacts;
}
