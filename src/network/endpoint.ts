import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { ErrorDetails } from '../base/error-details.ts';
import { kmsxError } from '../base/error.ts';
import { strayCharacter, withoutStray } from '../base/text/nearly-right.ts';

/** Where a server listens. `host` is a lower-case name or an address, IPv6 without brackets. */
export interface Endpoint {
  readonly protocol: 'https' | 'http';
  readonly host: string;
  /** Absent where it is the protocol's own: 443 or 80. */
  readonly port?: number;
  /** Without a path, such as `https://kms.cn-hangzhou.aliyuncs.com` or `http://[::1]:8080`. */
  readonly url: string;
}

/** A rule of `--resolve`: connections for this host and port go to that loopback address. */
export interface ResolveRule {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  /** Another port than `port`; the option has no way to say it, tests do. */
  readonly addressPort?: number;
}

const ENDPOINT = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^:/?#@[\]]*)(?::(\d{1,5}))?(\/?)$/i;
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The family of an address, 0 for a name. Node compiles a large pattern when it is first asked of IPv6: only
 * what has a colon is asked about.
 */
export function addressFamily(host: string): 0 | 4 | 6 {
  if (host.includes(':')) return isIPv6(host) ? 6 : 0;
  return isIPv4(host) ? 4 : 0;
}

/**
 * Whether a host is this machine: an address of 127.0.0.0/8, `::1`, or the name `localhost`
 * (RFC 6761 §6.3).
 */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const family = addressFamily(host);
  if (family === 0) return false;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Whether a host is this machine or a link-local address (169.254.0.0/16, RFC 3927; 100.100.100.200, Alibaba Cloud's
 * metadata), where clouds and clusters put the services that give credentials to it.
 */
export function isOneHopAway(host: string): boolean {
  if (isLoopback(host)) return true;
  const family = addressFamily(host);
  if (family === 0) return false;
  const near = new BlockList();
  near.addSubnet('169.254.0.0', 16, 'ipv4');
  near.addAddress('100.100.100.200', 'ipv4');
  return near.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Reads `HOST[:PORT]` or `http[s]://HOST[:PORT]`. Without a protocol it is https; http is accepted for
 * loopback addresses only. A path, a query, a fragment, a user or a password is refused, and so is every form
 * of an address that only some programs accept (`0x7f.1`).
 *
 * @param label - the option or variable that the text came from, for the message
 * @throws KmsxError `gateway-malformed`; the text is not quoted, since it may hold a password
 */
export function parseEndpoint(text: string, label: string): Endpoint {
  const stray = strayCharacter(text);
  if (stray !== undefined) {
    throw malformed(`${label} has ${stray} in it`, 'form', cleanHint(withoutStray(text), label));
  }
  const match = ENDPOINT.exec(text);
  if (match === null) {
    throw malformed(
      `${label} is not HOST, HOST:PORT or a URL without path, query and user`,
      'form',
      bracketsHint(text),
    );
  }
  const [, scheme = 'https', rawHost = '', rawPort, slash = ''] = match;
  const protocol = scheme.toLowerCase();
  if (protocol !== 'https' && protocol !== 'http') {
    throw malformed(`${label} has a protocol other than https`, 'protocol');
  }
  if (slash !== '' && match[1] === undefined) {
    throw malformed(`${label} has a path`, 'form');
  }
  const host = parseHost(rawHost, label);
  if (protocol === 'http' && !isLoopback(host)) {
    throw malformed(`${label} has http:// but is not a loopback address`, 'http');
  }
  const port = rawPort === undefined ? undefined : parsePort(rawPort, label);
  return endpointAt(protocol, host, port);
}

/** Puts an endpoint together from parts that are known to be right. */
export function endpointAt(
  protocol: 'https' | 'http',
  host: string,
  port: number | undefined,
): Endpoint {
  const authority = addressFamily(host) === 6 ? `[${host}]` : host;
  if (port === undefined || port === defaultPort(protocol)) {
    return { protocol, host, url: `${protocol}://${authority}` };
  }
  return { protocol, host, port, url: `${protocol}://${authority}:${port}` };
}

/** The port that an endpoint is reached at. */
export function portOf(endpoint: Pick<Endpoint, 'protocol' | 'port'>): number {
  return endpoint.port ?? defaultPort(endpoint.protocol);
}

/** HOST[:PORT], as the Host header has it. */
export function authorityOf({ url }: Pick<Endpoint, 'url'>): string {
  return url.slice(url.indexOf('//') + 2);
}

/**
 * Reads `HOST:PORT:ADDRESS` as curl's `--resolve` has it, for loopback addresses only: a dedicated gateway
 * can be rehearsed under its own name, and no name of KMS can be sent elsewhere.
 *
 * @throws KmsxError `gateway-malformed`
 */
export function parseResolveRule(text: string): ResolveRule {
  const stray = strayCharacter(text);
  if (stray !== undefined) throw malformed(`--resolve has ${stray} in it`, 'resolve');
  const match = /^([^:]+):(\d{1,5}):(.+)$/.exec(text);
  if (match === null) throw malformed('--resolve is not HOST:PORT:ADDRESS', 'resolve');
  const host = parseHost(match[1] ?? '', '--resolve', 'resolve');
  if (addressFamily(host) !== 0) {
    throw malformed('--resolve takes a host name before the port, no address', 'resolve');
  }
  const port = parsePort(match[2] ?? '', '--resolve', 'resolve');
  const address = (match[3] ?? '').replace(/^\[(.*)\]$/, '$1');
  if (addressFamily(address) === 0 || !isLoopback(address)) {
    throw malformed('--resolve takes loopback addresses only, such as 127.0.0.1', 'resolve');
  }
  return { host, port, address };
}

/** The rule for a host and port: the last of several, as with curl. */
export function resolveRuleFor(
  rules: readonly ResolveRule[] | undefined,
  target: { readonly host: string; readonly port: number },
): ResolveRule | undefined {
  return rules?.findLast(({ host, port }) => host === target.host && port === target.port);
}

function parseHost(text: string, label: string, reason: Reason = 'host'): string {
  if (text.startsWith('[')) {
    const address = text.slice(1, -1);
    // The URL standard's spelling of it, which the transport compares with. Zones are none of URLs.
    if (isIPv6(address) && !address.includes('%'))
      return new URL(`http://${text}`).hostname.slice(1, -1);
  } else {
    const host = text.toLowerCase();
    const looksLikeAddress = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(host);
    if (looksLikeAddress ? isIPv4(host) : HOST_NAME.test(host)) return host;
  }
  throw malformed(`${label} has no host name and no address where one belongs`, reason);
}

/** An IPv6 address alone holds no secret: it may be repeated, in the form that is wanted. */
function bracketsHint(text: string): readonly string[] | undefined {
  const address = text.replace(/^https?:\/\//i, '');
  if (!isIPv6(address) || address.includes('%')) return undefined;
  return [`write an IPv6 address in brackets: '[${address}]'`];
}

/** A host and a port hold no secret; what may have a password in it is not repeated. */
function cleanHint(text: string, label: string): readonly string[] | undefined {
  if (!label.startsWith('--') || !ENDPOINT.test(text)) return undefined;
  return [`did you mean ${label} ${text}?`];
}

function parsePort(text: string, label: string, reason: Reason = 'port'): number {
  const port = Number(text);
  if (port >= 1 && port <= 65_535) return port;
  throw malformed(`${label} has a port that is not between 1 and 65535`, reason);
}

function defaultPort(protocol: 'https' | 'http'): number {
  return protocol === 'https' ? 443 : 80;
}

/** What of an address or a rule is wrong. */
type Reason = Exclude<ErrorDetails['gateway-malformed']['reason'], 'proxy'>;

function malformed(message: string, reason: Reason, hints?: readonly string[]): Error {
  return kmsxError('gateway-malformed', message, { details: { reason }, hints });
}
