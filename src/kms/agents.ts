import type { ClientRequest } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { addressFamily } from './endpoint.ts';
import { ProxyFailure } from './network-errors.ts';
import type { Proxy } from './proxy.ts';

/** How far one attempt has come. The agent that makes its connection writes to it. */
export interface AttemptState {
  isConnecting: boolean;
}

/** The options of a request, as they reach the agent. */
export interface AttemptOptions extends https.RequestOptions {
  readonly attempt?: AttemptState;
}

export interface AgentSettings {
  /** From the first packet to the end of the TLS handshake, the proxy's part included. */
  readonly connectTimeoutMs: number;
  /** Authorities in PEM; undefined: Node's own default. */
  readonly authorities: readonly string[] | undefined;
}

/** A keep-alive pool. `destroy` ends every connection, also one that is being made. */
export type Agent = http.Agent;

/** The `code` of the error when a connection was not made in time. */
const CONNECT_TIMEOUT = 'KMSX_CONNECT_TIMEOUT';

/**
 * How long one of several addresses of a name may take before the next is tried too (RFC 8305 §5). Node's
 * 250 ms are less than a round trip to a region on the other side of the world.
 */
const NEXT_ADDRESS_AFTER_MS = 1000;

/** Connects to http servers: loopback addresses, and the metadata of an instance. */
export class HttpAgent extends http.Agent {
  readonly #settings: AgentSettings;

  constructor(settings: AgentSettings) {
    super({ keepAlive: true });
    this.#settings = settings;
  }

  override createConnection(
    options: AttemptOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = super.createConnection(options, callback);
    watchConnection(socket, 'connect', this.#settings.connectTimeoutMs, options.attempt);
    return socket;
  }
}

/** Connects to https servers, and verifies them whatever the environment says. */
export class HttpsAgent extends https.Agent {
  readonly #settings: AgentSettings;

  constructor(settings: AgentSettings) {
    super({
      keepAlive: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      ...tlsOptions(settings),
    });
    this.#settings = settings;
  }

  override createConnection(
    options: AttemptOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = super.createConnection(options, callback);
    watchConnection(socket, 'secureConnect', this.#settings.connectTimeoutMs, options.attempt);
    return socket;
  }
}

/**
 * An agent that reaches every server through a proxy's CONNECT, and verifies the server by its own name or
 * address. (https-proxy-agent alone verifies a server that is named by its address as `localhost`: the TLS
 * part is made here.)
 *
 * @param protocol - what is spoken inside the tunnel
 * @param proxyAuthorities - whom an https proxy is verified by
 */
export async function createTunnelAgent(
  protocol: 'https' | 'http',
  proxy: Proxy,
  settings: AgentSettings,
  proxyAuthorities: readonly string[] | undefined,
): Promise<Agent> {
  // Loaded only where a proxy applies.
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  type TunnelOptions = Parameters<InstanceType<typeof HttpsProxyAgent>['connect']>[1];

  class TunnelAgent extends HttpsProxyAgent<string> {
    readonly #proxyOptions = this.connectOpts;
    readonly #pending = new Set<AbortController>();

    override async connect(
      request: ClientRequest,
      options: TunnelOptions & AttemptOptions,
    ): Promise<Socket> {
      const connecting = new AbortController();
      const timer = setTimeout(() => {
        connecting.abort();
      }, settings.connectTimeoutMs);
      this.#pending.add(connecting);
      if (options.attempt !== undefined) options.attempt.isConnecting = true;
      try {
        const socket = await this.#openTunnel(request, options, connecting.signal);
        if (protocol === 'http') return socket;
        return await secure(socket, options, settings, connecting.signal);
      } catch (error) {
        if (connecting.signal.aborted) throw connectTimeout();
        throw error;
      } finally {
        clearTimeout(timer);
        this.#pending.delete(connecting);
        if (options.attempt !== undefined) options.attempt.isConnecting = false;
      }
    }

    async #openTunnel(
      request: ClientRequest,
      options: TunnelOptions,
      signal: AbortSignal,
    ): Promise<Socket> {
      let status: number | undefined;
      request.once('proxyConnect', (answer: { readonly statusCode: number }) => {
        status = answer.statusCode;
      });
      // Read by the next line, before anything else can change it.
      this.connectOpts = { ...this.#proxyOptions, signal };
      let socket: Socket;
      try {
        socket = await super.connect(request, { ...options, secureEndpoint: false });
      } catch (error) {
        throw signal.aborted ? error : new ProxyFailure(proxy.name, error);
      }
      keepFromThrowing(socket);
      if (status === 200) return socket;
      socket.destroy();
      throw new ProxyFailure(proxy.name, undefined, status);
    }

    override destroy(): void {
      for (const connecting of this.#pending) connecting.abort();
      super.destroy();
    }
  }

  const agent = new TunnelAgent(proxy.url, {
    keepAlive: true,
    headers: () =>
      proxy.authorization === undefined ? {} : { 'Proxy-Authorization': proxy.authorization },
    ...(proxy.url.startsWith('https:') && tlsOptions({ authorities: proxyAuthorities })),
  });
  agent.protocol = `${protocol}:`;
  return agent;
}

/** Speaks TLS through an open tunnel. */
async function secure(
  socket: Socket,
  options: AttemptOptions,
  settings: AgentSettings,
  signal: AbortSignal,
): Promise<Socket> {
  const host = options.host ?? '';
  const secured = connectTls({
    socket,
    host,
    ...(addressFamily(host) === 0 && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    ...tlsOptions(settings),
  });
  keepFromThrowing(secured);
  let onAbort: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => {
        reject(connectTimeout());
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      secured.on('error', reject);
      secured.once('close', () => {
        reject(connectionCut());
      });
      secured.once('secureConnect', () => {
        secured.removeListener('error', reject);
        resolve();
      });
    });
    // The server may have ended it in the very packets that ended the handshake.
    if (secured.destroyed) throw secured.errored ?? connectionCut();
    return secured;
  } catch (error) {
    secured.destroy();
    socket.destroy();
    throw error;
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Gives a socket an error listener for as long as it lives: one that fails while no request listens, or fails
 * twice (a tunnel and the TLS in it), would end the process. Those who wait for the socket have listeners of
 * their own, and see it closed.
 */
function keepFromThrowing(socket: Duplex): void {
  socket.on('error', () => undefined);
}

function tlsOptions(settings: Pick<AgentSettings, 'authorities'>): {
  rejectUnauthorized: true;
  ca?: string[];
} {
  const { authorities } = settings;
  return { rejectUnauthorized: true, ...(authorities !== undefined && { ca: [...authorities] }) };
}

function watchConnection(
  socket: Duplex | null | undefined,
  connected: 'connect' | 'secureConnect',
  timeoutMs: number,
  attempt: AttemptState | undefined,
): void {
  if (socket === null || socket === undefined) return;
  keepFromThrowing(socket);
  if (attempt !== undefined) attempt.isConnecting = true;
  const timer = setTimeout(() => {
    socket.destroy(connectTimeout());
  }, timeoutMs);
  socket.once('close', () => {
    clearTimeout(timer);
  });
  socket.once(connected, () => {
    clearTimeout(timer);
    if (attempt !== undefined) attempt.isConnecting = false;
  });
}

function connectionCut(): Error {
  return Object.assign(new Error('closed'), { code: 'ECONNRESET' });
}

function connectTimeout(): Error {
  return Object.assign(new Error('no connection in time'), { code: CONNECT_TIMEOUT });
}
