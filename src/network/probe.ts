import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { race, timeLimit } from '../base/abort.ts';
import type { Agent, AgentSettings } from './agents.ts';
import { HttpAgent, HttpsAgent } from './agents.ts';
import type { Endpoint } from './endpoint.ts';
import { addressFamily, authorityOf, portOf } from './endpoint.ts';
import { networkError, timeoutError } from './errors.ts';
import type { Proxy } from './proxy/proxy.ts';

export interface ProbeLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a TLS handshake showed, once it was verified. */
export interface TlsFacts {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** When the first certificate of the chain expires. */
  readonly validTo: Date;
  /** Certificates from the server's to its authority's. */
  readonly chainLength: number;
}

/** The result of one unsigned request: everything up to where it failed. */
export interface ServerProbe {
  /** Whether a proxy opened the tunnel. */
  readonly isTunnelled: boolean;
  readonly tls: TlsFacts | undefined;
  /** The answer's Date header. */
  readonly date: Date | undefined;
  /** This machine's clock when the answer came. */
  readonly at: Date | undefined;
  /** What stopped it: `network-failed`, `timed-out`, `tls-failed`, `proxy-failed`, `not-kms`. */
  readonly error: Error | undefined;
}

export interface ServerProbeOptions extends ProbeLimits {
  readonly endpoint: Endpoint;
  /** Where `--resolve` sends the connection. */
  readonly address: string | undefined;
  readonly authorities: AgentSettings['authorities'];
  readonly proxy: Proxy | undefined;
  readonly proxyAuthorities: AgentSettings['authorities'];
  readonly connectTimeoutMs: number;
  readonly now: () => Date;
}

/**
 * Looks a name up as a connection would.
 *
 * @returns its addresses, at least one; an address is its own
 * @throws KmsxError `network-failed`, `timed-out`; the reason of the signal
 */
export async function probeName(host: string, limits: ProbeLimits): Promise<readonly string[]> {
  if (addressFamily(host) !== 0) return [host];
  const found = lookup(host, { all: true }).then(
    (entries) => entries.map(({ address }) => address),
    (error: unknown) => {
      throw networkError(error, host);
    },
  );
  return await withinLimits(found, host, limits);
}

/**
 * Connects to a port and hangs up.
 *
 * @param name - what is connected to, for messages
 * @throws KmsxError `network-failed`, `timed-out`; the reason of the signal
 */
export async function probePort(
  address: string,
  port: number,
  name: string,
  limits: ProbeLimits,
): Promise<void> {
  const socket = connect({ host: address, port });
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.on('error', (error) => {
      reject(networkError(error, name));
    });
  });
  try {
    await withinLimits(connected, name, limits);
  } finally {
    socket.destroy();
  }
}

/**
 * Sends one unsigned request over the same connections as signed ones: through the proxy, if there is one, and with the
 * same authorities. Any answer shows that a server is there, and what time it has. A failure is part of the result, not
 * thrown.
 */
export async function probeServer(options: ServerProbeOptions): Promise<ServerProbe> {
  const agent = await agentFor(options);
  const seen: {
    isTunnelled: boolean;
    tls: TlsFacts | undefined;
    date: Date | undefined;
    at: Date | undefined;
  } = { isTunnelled: false, tls: undefined, date: undefined, at: undefined };
  try {
    const attempt = { isConnecting: false };
    const request = send(options, agent, attempt);
    request.once('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
      seen.isTunnelled = statusCode === 200;
    });
    request.once('socket', (socket) => {
      whenSecured(socket, (tls) => (seen.tls = tls));
    });
    const name = authorityOf(options.endpoint);
    const answered = answerTo(request, name).then((answer) => {
      seen.at = options.now();
      const date = Date.parse(answer.headers.date ?? '');
      if (!Number.isNaN(date)) seen.date = new Date(date);
    });
    await withinLimits(answered, name, options, attempt);
    return { ...seen, error: undefined };
  } catch (error) {
    return { ...seen, error: error instanceof Error ? error : new TypeError('no error') };
  } finally {
    agent.destroy();
  }
}

async function agentFor(options: ServerProbeOptions): Promise<Agent> {
  const { endpoint, proxy, authorities, connectTimeoutMs } = options;
  const settings = { authorities, connectTimeoutMs };
  if (proxy !== undefined) {
    const { TunnelAgent } = await import('./proxy/tunnel-agent.ts');
    return new TunnelAgent(endpoint.protocol, proxy, settings, options.proxyAuthorities);
  }
  return endpoint.protocol === 'https' ? new HttpsAgent(settings) : new HttpAgent(settings);
}

function send(
  { endpoint, address }: ServerProbeOptions,
  agent: Agent,
  attempt: { isConnecting: boolean },
): ClientRequest {
  const { protocol, host } = endpoint;
  const options = {
    agent,
    attempt, // the agents write to it
    host: address ?? host,
    port: portOf(endpoint),
    ...(addressFamily(host) === 0 && { servername: host }),
    method: 'GET',
    path: '/',
    headers: { Host: authorityOf(endpoint), Accept: 'application/json' },
  };
  const request = protocol === 'https' ? https.request(options) : http.request(options);
  request.end();
  return request;
}

function answerTo(request: ClientRequest, name: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('error', (error) => {
      reject(networkError(error, name));
    });
    request.once('response', (response) => {
      response.on('error', () => undefined); // its head is all that is asked for
      resolve(response);
      response.destroy();
    });
  });
}

function whenSecured(socket: Socket, use: (tls: TlsFacts) => void): void {
  if (!(socket instanceof TLSSocket)) return;
  const note = (): void => {
    use(factsOf(socket));
  };
  if (socket.authorized) note();
  else socket.once('secureConnect', note);
}

/** What Node's types leave out: the issuer of a certificate may not be known. */
interface PeerCertificate {
  readonly raw?: Buffer;
  readonly issuerCertificate?: PeerCertificate;
}

function factsOf(socket: TLSSocket): TlsFacts {
  const chain: X509Certificate[] = [];
  let next: PeerCertificate | undefined = socket.getPeerCertificate(true);
  // The last one is its own issuer.
  for (;;) {
    const der: Buffer | undefined = next?.raw;
    if (der === undefined || chain.some(({ raw }) => raw.equals(der))) break;
    chain.push(new X509Certificate(der));
    next = next?.issuerCertificate;
  }
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    validTo: new Date(Math.min(...chain.map(({ validTo }) => Date.parse(validTo)))),
    chainLength: chain.length,
  };
}

/** Waits until a probe has ended, its time is up or the signal aborts. The probe itself is not cancelled. */
async function withinLimits<T>(
  probe: Promise<T>,
  name: string,
  { timeoutMs, signal }: ProbeLimits,
  attempt: { readonly isConnecting: boolean } = { isConnecting: true },
): Promise<T> {
  const timeUp = (): Error => timeoutError(name, timeoutMs, attempt.isConnecting);
  const limit = timeLimit(timeoutMs, timeUp, signal);
  try {
    return await race(probe, limit.signal);
  } finally {
    limit.end();
  }
}
