import type { DetailsOf } from '../base/error-details.ts';
import type { KmsxError } from '../base/error.ts';
import { kmsxError, systemErrorCode } from '../base/error.ts';
import { fewDescriptors } from '../base/files/errors/few-descriptors.ts';
import type { Fault, NetworkCode } from './faults.ts';
import { faultOf, isCut, isUnknownAuthority } from './faults.ts';

/** Where a proxy was named, whether by https://, and whether with a user and a password. */
export interface ProxySetting {
  readonly variable: string;
  readonly hasLogin: boolean;
  readonly isTls?: boolean;
}

/** What is known of the request that failed, for its hint. */
export interface RequestFacts {
  /** http, and no answer has begun. */
  readonly isUnansweredHttp?: boolean;
  /** `--ca-file` was given. */
  readonly hasCaFile?: boolean;
}

const OTHER_CA_FILE_HINT =
  'the --ca-file given lacks this authority: get the right one from the operators of the server; verification cannot be turned off';

/** A proxy that could not be reached, or that answered CONNECT with another status than 200. */
export class ProxyFailure extends Error {
  readonly proxy: string;
  readonly status: number | undefined;
  readonly setting: ProxySetting;

  constructor(
    proxy: string,
    cause: unknown,
    status?: number,
    setting: ProxySetting = { variable: 'HTTPS_PROXY', hasLogin: false },
  ) {
    super('the proxy failed', { cause });
    this.name = 'ProxyFailure';
    this.proxy = proxy;
    this.status = status;
    this.setting = setting;
  }
}

/**
 * Turns what Node's network said into an error of kmsx, with the host and without the rest: the messages of
 * the transport hold the whole URL, with ciphertext and context. No cause is kept.
 *
 * @param host - HOST:PORT or a name, for the message
 * @param facts - of the request, for the hint
 * @returns `network-failed`, `timed-out`, `tls-failed`, `proxy-failed` or `not-kms`, of which `details.reason` is
 * the code of Node's error; `file-unreadable` where there is no file descriptor left for a connection
 */
export function networkError(error: unknown, host: string, facts: RequestFacts = {}): KmsxError {
  if (error instanceof ProxyFailure) return proxyError(error, host, facts);
  const reason = reasonOf(error);
  const few = fewDescriptors(reason);
  if (few !== undefined) return few;
  const fault = faultOf(reason);
  const message = `${aboutHost(fault, host)}${namesRemark(error)}`;
  return unavailable(fault.code, message, hintOf(reason, fault, host, facts), { reason });
}

function hintOf(
  reason: string,
  fault: Fault,
  host: string,
  { isUnansweredHttp = false, hasCaFile = false }: RequestFacts,
): string {
  if (reason === 'ENOTFOUND') return unknownNameHint(host, fault.hint);
  if (hasCaFile && isUnknownAuthority(fault)) return OTHER_CA_FILE_HINT;
  return isUnansweredHttp && isCut(fault)
    ? `does it want https:// instead? otherwise ${fault.hint}`
    : fault.hint;
}

/**
 * The names that a certificate is for, three at most: of its subjectAltName, and only what can be a name or an
 * address. Node asks for them after it has verified the chain.
 */
function namesRemark(error: unknown): string {
  if (systemErrorCode(error) !== 'ERR_TLS_CERT_ALTNAME_INVALID') return '';
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: unknown } };
  const names = typeof cert?.subjectaltname === 'string' ? cert.subjectaltname : '';
  const plain = names
    .split(', ')
    .flatMap((name) => /^(?:DNS|IP Address):([A-Za-z0-9*._:-]{1,100})$/.exec(name)?.[1] ?? []);
  if (plain.length === 0) return '';
  return `: ${plain.slice(0, 3).join(', ')}${plain.length > 3 ? ', …' : ''}`;
}

function aboutHost({ message }: Fault, host: string): string {
  return message.replaceAll(/\bHOST\b/g, () => host);
}

/** Names that a VPC alone knows deserve a hint that says so, before others are thought of. */
function unknownNameHint(host: string, otherwise: string): string {
  const name = host.replace(/:\d+$/, '');
  if (name.endsWith('.cryptoservice.kms.aliyuncs.com')) {
    return 'a dedicated gateway is known inside the VPC of its KMS instance only: run kmsx there, or go through a proxy that is there (HTTPS_PROXY); is the instance id right?';
  }
  if (/^kms-vpc\.[a-z0-9-]+\.aliyuncs\.com$/.test(name)) {
    return '--gateway vpc is for machines inside a VPC of that region; elsewhere it is --gateway public; is the region right?';
  }
  return otherwise;
}

/** The error for an attempt that took too long: no connection, or no answer. */
export function timeoutError(host: string, timeoutMs: number, isConnecting: boolean): KmsxError {
  const seconds = timeoutMs / 1000;
  const what = isConnecting ? 'no connection to' : 'no answer from';
  return unavailable(
    'timed-out',
    `${what} ${host} within ${Number(seconds.toFixed(1))} s`,
    isConnecting
      ? 'check the route and the firewall; behind a proxy set HTTPS_PROXY'
      : '--timeout SEC allows an attempt more time',
    { reason: isConnecting ? 'connect' : 'answer' },
  );
}

/** The error for a connection that a proxy left without an answer, to CONNECT or before it. */
export function silentProxyError(host: string, proxy: string, variable: string): KmsxError {
  return unavailable(
    'timed-out',
    `no connection to ${host}: the proxy ${proxy} did not answer in time`,
    `check ${variable}; NO_PROXY names what is reached without it`,
    { reason: 'connect' },
  );
}

/** HTTP statuses of what stands between here and KMS: what each means, and what to do (RFC 9110 §15, RFC 6585 §4). */
const IN_BETWEEN: Readonly<Record<number, readonly [meaning: string, hint: string]>> = {
  407: [
    'a proxy wants a login',
    'put user and password into HTTPS_PROXY; NO_PROXY names what is reached without a proxy',
  ],
  429: [
    'a gateway in front of KMS throttles requests',
    'run fewer calls at a time, or give a larger --max-attempts and --deadline',
  ],
  502: [
    'a gateway or load balancer could not reach KMS',
    'try again later; if it stays so, ask the operators of the proxy or load balancer',
  ],
  503: [
    'a gateway or load balancer has no KMS to send this to',
    'try again later; if it stays so, ask the operators of the proxy or load balancer',
  ],
  504: [
    'a gateway or load balancer waited for KMS in vain',
    'try again later, or with a larger --timeout',
  ],
};

/** The error for an answer that KMS does not give: HTML, a redirect, half an answer. Its HTTP status is told. */
export function notKmsError(host: string, what: string, httpStatus: number): KmsxError {
  const [meaning, hint] = IN_BETWEEN[httpStatus] ?? [
    'this is not KMS',
    'check --endpoint and --gateway; a proxy or a login page may answer in place of KMS',
  ];
  return kmsxError('not-kms', `${host} ${what} (HTTP ${httpStatus}): ${meaning}`, {
    hints: [hint],
    httpStatus,
  });
}

function proxyError(failure: ProxyFailure, host: string, facts: RequestFacts): KmsxError {
  const { proxy, status } = failure;
  if (status === undefined) return proxyUnusable(failure, facts);
  if (!Number.isInteger(status)) {
    return unavailable(
      'proxy-failed',
      `what answers at ${proxy} is not a proxy`,
      `is the port in ${failure.setting.variable} right, and http:// or https:// the right one?`,
      { status: 300 },
    );
  }
  return unavailable(
    'proxy-failed',
    `the proxy ${proxy} does not connect to ${host} (${status})`,
    statusHint(status, failure.setting),
    { status },
  );
}

function statusHint(status: number, { variable, hasLogin }: ProxySetting): string {
  // tinyproxy answers a wrong password with 401.
  if (status === 407 || status === 401) {
    return hasLogin
      ? `the proxy wants a user and a password, and rejects those in ${variable}, which kmsx sends by Basic: percent-encode special characters, such as %40 for @`
      : `the proxy wants a user and a password: ${variable}=http://USER:PASSWORD@HOST:PORT`;
  }
  return status >= 500
    ? 'the proxy does not know the name, or nothing listens there; names of dedicated and vpc gateways resolve only inside their VPC'
    : 'ask the operators of the proxy to allow this address, or add it to NO_PROXY';
}

function proxyUnusable({ proxy, cause, setting }: ProxyFailure, facts: RequestFacts): KmsxError {
  const reason = reasonOf(cause);
  const fault = faultOf(reason);
  const why = `${aboutHost(fault, proxy)}${namesRemark(cause)}`;
  return unavailable(
    'proxy-failed',
    `the proxy could not be used: ${why}${why.includes(reason) ? '' : ` (${reason})`}`,
    proxyHint(reason, fault, setting, facts),
    { reason },
  );
}

function proxyHint(
  reason: string,
  fault: Fault,
  { variable, isTls = false }: ProxySetting,
  { hasCaFile = false }: RequestFacts,
): string {
  if (reason === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return `is the port in ${variable} right? write http:// there if the proxy speaks plain HTTP, as most do`;
  }
  if (fault.code === 'tls-failed') {
    return hasCaFile && isUnknownAuthority(fault)
      ? `a proxy that ${variable} names by https:// is verified too, and ${OTHER_CA_FILE_HINT}`
      : `a proxy that ${variable} names by https:// is verified too: --ca-file PEM takes its authority; verification cannot be turned off`;
  }
  const hint = `check ${variable}; NO_PROXY names what is reached without it`;
  return !isTls && isCut(fault)
    ? `does the proxy want https:// in ${variable}? otherwise ${hint}`
    : hint;
}

/** The code of a system error: a word in capitals, so that nothing else of the error gets out. */
function reasonOf(thrown: unknown): string {
  const error = mostTelling(thrown);
  const code = systemErrorCode(error) ?? '';
  if (code === 'EPROTO' && isNoTls(error)) return 'ERR_SSL_WRONG_VERSION_NUMBER';
  return /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'UNKNOWN';
}

/**
 * Of a name with several addresses each has failed in its own way: that one of them is out of reach, as IPv6
 * often is, says less than what another one did.
 */
function mostTelling(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const errors: readonly unknown[] = error.errors;
  return (
    errors.find(
      (each) =>
        !/^(?:E(?:NET|HOST)(?:UNREACH|DOWN)|EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(
          systemErrorCode(each) ?? '',
        ),
    ) ?? error
  );
}

/** Where the handshake's first write fails, OpenSSL's reason is in the message alone. */
function isNoTls(error: unknown): boolean {
  return error instanceof Error && error.message.includes(':wrong version number:');
}

function unavailable(
  code: NetworkCode,
  message: string,
  hint: string,
  details: DetailsOf<NetworkCode>,
): KmsxError {
  return kmsxError(code, message, { details, hints: [hint] });
}
