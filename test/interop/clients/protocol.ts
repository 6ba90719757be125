/* What runner and drivers say to each other; README.md describes it. */

export type Value = string | number | boolean;
export type Parameters = Readonly<Record<string, Value>>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** How a client signs, where it can be told. */
export interface SignatureOptions {
  readonly signatureVersion?: string;
  readonly signatureAlgorithm?: string;
}

export interface Configuration extends Credentials, SignatureOptions {
  /** HOST:PORT. */
  readonly endpoint: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly caFile?: string;
  readonly region: string;
}

export interface Introduction {
  readonly client: string;
  readonly version: string;
  readonly operations: readonly string[];
}

export interface Request {
  readonly action: string;
  readonly parameters: Parameters;
}

export type Body = Readonly<Record<string, unknown>>;

/** What KMS answered when it refused. */
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  /** Absent where the client hides it. */
  readonly httpStatus?: number;
  readonly message: string;
}

export type Reply =
  | { readonly ok: true; readonly body: Body }
  | Refusal
  | { readonly notOffered: true }
  | { readonly failed: string };
