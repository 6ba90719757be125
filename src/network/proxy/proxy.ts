import { kmsxError } from '../../base/error.ts';
import { addressFamily, isLoopback } from '../endpoint.ts';
import type { Env } from '../../base/env.ts';
import { envValue } from '../../base/env.ts';
import { bypassesProxy } from './no-proxy.ts';

/** A proxy that connections are tunnelled through (CONNECT, RFC 9110 §9.3.6). */
export interface Proxy {
  /** `http://HOST:PORT` or `https://HOST:PORT`, without user and password. */
  readonly url: string;
  /** HOST:PORT, for messages. */
  readonly name: string;
  /** The environment variable that names it, for messages. */
  readonly variable: string;
  /** The value of Proxy-Authorization, where the variable held a user. Secret. */
  readonly authorization?: string;
}

/**
 * The proxy of the environment for a host, or undefined: `https_proxy` or `HTTPS_PROXY` for https,
 * `http_proxy` or `HTTP_PROXY` for http, else `all_proxy` or `ALL_PROXY`; lower case wins, as in curl.
 * Loopback addresses never go through a proxy, nor what `no_proxy` or `NO_PROXY` names.
 *
 * @throws KmsxError `proxy-unsupported` for a proxy that is neither http nor https (`socks5:`), and
 * `gateway-malformed` for a value that is not an address; both without the value, which may hold a password
 */
export function chooseProxy(protocol: 'https' | 'http', host: string, env: Env): Proxy | undefined {
  if (isLoopback(host)) return undefined;
  const [name, value] = firstSet(env, [`${protocol}_proxy`, 'all_proxy']);
  if (value === undefined) return undefined;
  const [, noProxy = ''] = firstSet(env, ['no_proxy']);
  if (bypassesProxy(host, noProxy)) return undefined;
  return parseProxy(value, name);
}

function firstSet(env: Env, names: readonly string[]): [string, string?] {
  for (const lower of names) {
    for (const name of [lower, lower.toUpperCase()]) {
      const value = envValue(env, name);
      if (value !== undefined) return [name, value];
    }
  }
  return [''];
}

function parseProxy(value: string, name: string): Proxy {
  // What the URL parser would ignore (WHATWG URL §4.4) must not hide the scheme.
  const trimmed = value.trim().replaceAll(/[\t\n\r]/g, '');
  const text = /^[^:]*:\/\//.test(trimmed) ? trimmed : `http://${trimmed}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const socks = /^(socks\d*[a-z]?):/i.exec(trimmed)?.[1]?.toLowerCase();
  const scheme = socks ?? url?.protocol.slice(0, -1) ?? 'http';
  if (scheme !== 'http' && scheme !== 'https') {
    throw kmsxError(
      'proxy-unsupported',
      `${name} names a ${scheme} proxy; kmsx goes through http and https proxies`,
      { details: { scheme } },
    );
  }
  // A password with an unescaped #, / or ? ends the address there: its first part would be taken for a port or host.
  const isAddressAlone = url?.pathname.replace('/', '') === '' && !/[?#]/.test(url.href);
  if (url === undefined || url.hostname === '' || !isAddressAlone) {
    throw kmsxError('gateway-malformed', `${name} is not the address of a proxy`, {
      details: { reason: 'proxy', variable: name },
    });
  }
  const port = url.port === '' ? (scheme === 'https' ? '443' : '80') : url.port;
  const proxy = { url: `${scheme}://${url.host}`, name: `${url.hostname}:${port}`, variable: name };
  if (url.username === '' && url.password === '') return proxy;
  const login = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`;
  return { ...proxy, authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** A password may hold a percent sign that begins no escape; then it means itself. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A host and port as messages show them. */
export function hostAndPort(host: string, port: number): string {
  return addressFamily(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
