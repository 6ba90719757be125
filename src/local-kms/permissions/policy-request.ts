/** What the conditions of a policy may ask of a request. */
export interface RequestFacts {
  readonly requestId: string;
  readonly time: Date;
  /** An IP address, without a port. */
  readonly sourceIp: string;
  /** Whether it came over TLS. */
  readonly isSecure: boolean;
}

/** What a policy is asked. */
export interface PolicyRequest {
  /** `kms:decrypt`: in lower case. */
  readonly action: string;
  /** The ARN of what it is to be done to. */
  readonly resource: string;
  readonly tags: ReadonlyMap<string, string> | undefined;
  /** The ARN of who asks. */
  readonly principal: string;
  readonly facts: RequestFacts;
}
