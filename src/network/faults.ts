/** The codes for what goes wrong in the network. */
export type NetworkCode =
  'network-failed' | 'tls-failed' | 'timed-out' | 'proxy-failed' | 'not-kms';

/** What one error of Node's network means. */
export interface Fault {
  readonly code: NetworkCode;
  /** `HOST` stands for what was to be reached. */
  readonly message: string;
  readonly hint: string;
}

const CA_FILE_HINT =
  '--ca-file PEM takes the authority of a dedicated gateway or of a private proxy; verification cannot be turned off';

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
    hint: 'check --region or --endpoint; where only a proxy knows names of the Internet, as in many companies, set HTTPS_PROXY; names of dedicated and vpc gateways are known inside their VPC only',
  },
  EAI_AGAIN: {
    code: 'network-failed',
    message: 'the name HOST could not be looked up for now',
    hint: 'is this machine online? see /etc/resolv.conf; behind a proxy set HTTPS_PROXY',
  },
  ECONNRESET: {
    code: 'network-failed',
    message: 'the connection to HOST was cut',
    hint: 'try again; if it persists, a firewall or proxy in between may cut it',
  },
  EHOSTUNREACH: {
    code: 'network-failed',
    message: 'HOST is unreachable from here',
    hint: 'check the route and the firewall; behind a proxy set HTTPS_PROXY',
  },
  ETIMEDOUT: {
    code: 'timed-out',
    message: 'no connection to HOST was made in time',
    hint: 'check the route and the firewall; behind a proxy set HTTPS_PROXY',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    code: 'tls-failed',
    message: 'HOST shows a self-signed certificate that is not trusted here',
    hint: 'a dedicated gateway shows none: is the address right? if the server is yours, --ca-file PEM takes this certificate; verification cannot be turned off',
  },
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_UNTRUSTED: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY, // another authority of the same name
  CERT_HAS_EXPIRED: {
    code: 'tls-failed',
    message: 'the certificate of HOST has expired',
    hint: 'if the clock of this machine is right (date -u compares), the server needs a new certificate, or --ca-file a newer authority',
  },
  CERT_NOT_YET_VALID: {
    code: 'tls-failed',
    message: 'the certificate of HOST is not valid yet',
    hint: 'is the clock of this machine right? timedatectl set-ntp true sets it; date -u compares',
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

/** The meaning of an error by its code, also where the table has none. */
export function faultOf(reason: string): Fault {
  return FAULTS[reason] ?? FAULTS[SAME_AS[reason] ?? ''] ?? otherFault(reason);
}

/** Whether the `reason` of an error comes from TLS: trying again would not help. */
export function isTlsReason(reason: string): boolean {
  return faultOf(reason).code === 'tls-failed';
}

/** Whether the other side has ended a connection. */
export function isCut(fault: Fault): boolean {
  return fault === FAULTS['ECONNRESET'];
}

/** Whether a certificate authority is missing here. */
export function isUnknownAuthority(fault: Fault): boolean {
  return fault === UNKNOWN_AUTHORITY;
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
    hint: 'try again; if it persists, check the network in between',
  };
}
