import type { ErrorCode } from '../base/error-codes.ts';
import { ERROR_CODES } from '../base/error-codes.ts';
import type { ErrorDetails } from '../base/error.ts';
import { KmsxError, systemErrorCode } from '../base/error.ts';

/** A proxy that could not be reached, or that answered CONNECT with another status than 200. */
export class ProxyFailure extends Error {
  readonly proxy: string;
  readonly status: number | undefined;

  constructor(proxy: string, cause: unknown, status?: number) {
    super('the proxy failed', { cause });
    this.name = 'ProxyFailure';
    this.proxy = proxy;
    this.status = status;
  }
}

interface Fault {
  readonly code: ErrorCode;
  /** `HOST` stands for what was to be reached. */
  readonly message: string;
  readonly hint: string;
}

const CA_FILE_HINT =
  '--ca-file PEM takes the authority of a dedicated gateway or of a private proxy; nothing switches verification off';

const UNKNOWN_AUTHORITY: Fault = {
  code: 'tls-failed',
  message: 'the certificate of HOST comes from an authority that is not trusted here',
  hint: CA_FILE_HINT,
};

/** By the `code` of Node's error (Node.js manual, "Errors"; X509 codes as OpenSSL names them). */
export const FAULTS: Readonly<Record<string, Fault>> = {
  ECONNREFUSED: {
    code: 'network-failed',
    message: 'HOST refuses connections',
    hint: 'is the address right, and does it listen there? see --gateway, --endpoint and --region',
  },
  ENOTFOUND: {
    code: 'network-failed',
    message: 'the name HOST is not known',
    hint: 'check --region or --endpoint; names of dedicated and vpc gateways are known inside their VPC only',
  },
  EAI_AGAIN: {
    code: 'network-failed',
    message: 'the name HOST could not be looked up for now',
    hint: 'is this machine online? see /etc/resolv.conf; behind a proxy set HTTPS_PROXY',
  },
  ECONNRESET: {
    code: 'network-failed',
    message: 'the connection to HOST was cut',
    hint: 'try again; if it stays so, a firewall or proxy between may cut it',
  },
  EHOSTUNREACH: {
    code: 'network-failed',
    message: 'there is no way to HOST from here',
    hint: 'check the route and the firewall; behind a proxy set HTTPS_PROXY',
  },
  ETIMEDOUT: {
    code: 'timed-out',
    message: 'no connection to HOST came about in time',
    hint: 'check the route and the firewall; behind a proxy set HTTPS_PROXY',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    code: 'tls-failed',
    message: 'HOST shows a self-signed certificate that is not trusted here',
    hint: CA_FILE_HINT,
  },
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_UNTRUSTED: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: {
    code: 'tls-failed',
    message: 'the certificate of HOST has expired',
    hint: 'if the clock of this machine is right (date -u), the server needs a new certificate',
  },
  CERT_NOT_YET_VALID: {
    code: 'tls-failed',
    message: 'the certificate of HOST is not valid yet',
    hint: 'is the clock of this machine right? date -u',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'tls-failed',
    message: 'the certificate that HOST shows is for another name',
    hint: 'something else answers there: check --endpoint, the proxy, and that --resolve gives the name of the gateway',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    code: 'tls-failed',
    message: 'what answers at HOST does not speak TLS',
    hint: 'is the port right? http:// is accepted for loopback addresses only',
  },
  HPE_INVALID_CONSTANT: {
    code: 'not-kms',
    message: 'what answers at HOST does not speak HTTP',
    hint: 'is the port right, and http:// or https:// the right one?',
  },
};

const SAME_AS: Readonly<Record<string, string>> = {
  EPIPE: 'ECONNRESET',
  ECONNABORTED: 'ECONNRESET',
  ENETUNREACH: 'EHOSTUNREACH',
  ENETDOWN: 'EHOSTUNREACH',
  EHOSTDOWN: 'EHOSTUNREACH',
  KMSX_CONNECT_TIMEOUT: 'ETIMEDOUT',
};

/**
 * Turns what Node's network said into an error of kmsx, with the host and without the rest: the messages of
 * the transport hold the whole URL, with ciphertext and context. No cause is kept.
 *
 * @param host - HOST:PORT or a name, for the message
 * @returns `network-failed`, `timed-out`, `tls-failed`, `proxy-failed` or `not-kms`; `details.reason` is
 * the code of Node's error
 */
export function networkError(error: unknown, host: string): KmsxError {
  if (error instanceof ProxyFailure) return proxyError(error, host);
  const reason = reasonOf(error);
  const fault = FAULTS[reason] ?? FAULTS[SAME_AS[reason] ?? ''] ?? otherFault(reason);
  return unavailable(
    fault.code,
    fault.message.replaceAll(/\bHOST\b/g, () => host),
    fault.hint,
    {
      host,
      reason,
    },
  );
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
    { host, reason: isConnecting ? 'connect' : 'answer' },
  );
}

/** The error for an answer that KMS does not give: HTML, a redirect, half an answer. */
export function notKmsError(host: string, what: string, httpStatus: number): KmsxError {
  const { kind } = ERROR_CODES['not-kms'];
  return new KmsxError({
    kind,
    code: 'not-kms',
    message: `${host} ${what}: this is not KMS`,
    details: { host },
    hints: ['check --endpoint and --gateway; a proxy or a login page may answer in place of KMS'],
    httpStatus,
  });
}

function proxyError(failure: ProxyFailure, host: string): KmsxError {
  const { proxy, status } = failure;
  if (status === undefined) {
    const reason = reasonOf(failure.cause);
    return unavailable(
      'proxy-failed',
      `the proxy ${proxy} could not be used (${reason})`,
      'check HTTPS_PROXY; NO_PROXY names what is reached without it',
      { host, proxy, reason },
    );
  }
  const hint =
    status === 407
      ? 'the proxy wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT'
      : 'ask those who run the proxy to let this address through, or name it in NO_PROXY';
  return unavailable(
    'proxy-failed',
    `the proxy ${proxy} does not connect to ${host} (${status})`,
    hint,
    {
      host,
      proxy,
      reason: `status-${status}`,
    },
  );
}

function otherFault(reason: string): Fault {
  if (reason.startsWith('HPE_')) return FAULTS['HPE_INVALID_CONSTANT'] ?? UNKNOWN_AUTHORITY;
  if (/^(?:ERR_SSL_|ERR_TLS_|EPROTO|CERT_|UNABLE_|INVALID_|ERR_OSSL_)/.test(reason)) {
    return {
      code: 'tls-failed',
      message: `TLS with HOST failed (${reason})`,
      hint: CA_FILE_HINT,
    };
  }
  return {
    code: 'network-failed',
    message: `the request to HOST failed (${reason})`,
    hint: 'try again; if it stays so, look at the network between here and there',
  };
}

/** The code of a system error: a word in capitals, so that nothing else of the error gets out. */
function reasonOf(error: unknown): string {
  const code = systemErrorCode(error) ?? '';
  if (code === 'EPROTO' && isNoTls(error)) return 'ERR_SSL_WRONG_VERSION_NUMBER';
  return /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'UNKNOWN';
}

/** Where the handshake's first write fails, OpenSSL's reason is in the message alone. */
function isNoTls(error: unknown): boolean {
  return error instanceof Error && error.message.includes(':wrong version number:');
}

function unavailable(
  code: ErrorCode,
  message: string,
  hint: string,
  details: ErrorDetails,
): KmsxError {
  const { kind } = ERROR_CODES[code];
  return new KmsxError({ kind, code, message, details, hints: [hint] });
}
