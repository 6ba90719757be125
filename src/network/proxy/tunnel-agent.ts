import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { race, timeLimit } from '../../base/abort.ts';
import { systemErrorCode } from '../../base/error.ts';
import type { AgentSettings, AttemptOptions } from '../agents.ts';
import {
  connectionCut,
  connectTimeout,
  keepFromThrowing,
  NEXT_ADDRESS_AFTER_MS,
  tlsOptions,
} from '../agents.ts';
import { addressFamily } from '../endpoint.ts';
import { ProxyFailure } from '../errors.ts';
import type { Proxy } from './proxy.ts';

type TunnelOptions = Parameters<HttpsProxyAgent<string>['connect']>[1];

/**
 * Reaches every server through a proxy's CONNECT, and verifies the server by its own name or address.
 * (https-proxy-agent alone verifies a server that is named by its address as `localhost`: the TLS part is made here.)
 * Imported only where a proxy applies.
 */
export class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #proxyOptions = this.connectOpts;
  readonly #ending = new AbortController();
  readonly #inTunnel: 'https' | 'http';
  readonly #server: Proxy;
  readonly #settings: AgentSettings;

  /**
   * @param inTunnel - the protocol spoken inside the tunnel
   * @param proxyAuthorities - for verifying an https proxy
   */
  constructor(
    inTunnel: 'https' | 'http',
    proxy: Proxy,
    settings: AgentSettings,
    proxyAuthorities: readonly string[] | undefined,
  ) {
    super(proxy.url, {
      keepAlive: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      headers: () =>
        proxy.authorization === undefined ? {} : { 'Proxy-Authorization': proxy.authorization },
      ...(isTls(proxy) && tlsOptions({ authorities: proxyAuthorities })),
    });
    this.protocol = `${inTunnel}:`;
    this.#inTunnel = inTunnel;
    this.#server = proxy;
    this.#settings = settings;
  }

  override async connect(
    request: ClientRequest,
    options: TunnelOptions & AttemptOptions,
  ): Promise<Socket> {
    const { connectTimeoutMs } = this.#settings;
    const limit = timeLimit(connectTimeoutMs, connectTimeout, this.#ending.signal);
    const attempt = options.attempt ?? { isConnecting: true };
    attempt.isConnecting = true;
    attempt.waitsForProxy = this.#server;
    try {
      const socket = await this.#openTunnel(request, options, limit.signal);
      attempt.waitsForProxy = undefined;
      if (this.#inTunnel === 'http') return socket;
      return await secure(socket, options, this.#settings, limit.signal);
    } catch (error) {
      limit.signal.throwIfAborted();
      throw error;
    } finally {
      limit.end();
      attempt.isConnecting = false;
    }
  }

  override destroy(): void {
    this.#ending.abort(connectionCut());
    super.destroy();
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
      throw this.#failure(...whyUnusable(error));
    }
    keepFromThrowing(socket);
    if (status === 200) return socket;
    socket.destroy();
    throw this.#failure(undefined, status);
  }

  #failure(cause: unknown, status?: number): ProxyFailure {
    const { name, variable, authorization } = this.#server;
    const hasLogin = authorization !== undefined;
    return new ProxyFailure(name, cause, status, {
      variable,
      hasLogin,
      isTls: isTls(this.#server),
    });
  }
}

function isTls({ url }: Proxy): boolean {
  return url.startsWith('https:');
}

/** Errors of https-proxy-agent itself have no code: an answer that ended early, or one that is not HTTP. */
function whyUnusable(error: unknown): [cause: unknown, status?: number] {
  if (systemErrorCode(error) !== undefined) return [error];
  const isCut = error instanceof Error && error.message.includes(' ended before ');
  return isCut ? [connectionCut()] : [undefined, Number.NaN];
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
  const connected = new Promise<void>((resolve, reject) => {
    secured.once('secureConnect', resolve);
    secured.once('error', reject);
    secured.once('close', () => {
      reject(connectionCut());
    });
  });
  try {
    await race(connected, signal);
    // The server may have closed it in the same packets that completed the handshake.
    if (secured.destroyed) throw secured.errored ?? connectionCut();
    return secured;
  } catch (error) {
    secured.destroy();
    socket.destroy();
    throw error;
  }
}
