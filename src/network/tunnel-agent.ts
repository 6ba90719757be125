import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { systemErrorCode } from '../base/error.ts';
import type { Agent, AgentSettings, AttemptOptions } from './agents.ts';
import {
  connectionCut,
  connectTimeout,
  keepFromThrowing,
  NEXT_ADDRESS_AFTER_MS,
  tlsOptions,
} from './agents.ts';
import { addressFamily } from './endpoint.ts';
import { ProxyFailure } from './errors.ts';
import type { Proxy } from './proxy.ts';

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

  const setting = {
    variable: proxy.variable,
    hasLogin: proxy.authorization !== undefined,
    isTls: proxy.url.startsWith('https:'),
  };
  /** What https-proxy-agent says of its own has no code: an answer that ended early, or was none of HTTP. */
  const proxyFailure = (error: unknown): ProxyFailure => {
    if (systemErrorCode(error) !== undefined) {
      return new ProxyFailure(proxy.name, error, undefined, setting);
    }
    const isCut = error instanceof Error && error.message.includes(' ended before ');
    return isCut
      ? new ProxyFailure(proxy.name, connectionCut(), undefined, setting)
      : new ProxyFailure(proxy.name, undefined, Number.NaN, setting);
  };

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
      if (options.attempt !== undefined) {
        options.attempt.isConnecting = true;
        options.attempt.waitsForProxy = proxy;
      }
      try {
        const socket = await this.#openTunnel(request, options, connecting.signal);
        if (options.attempt !== undefined) options.attempt.waitsForProxy = undefined;
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
        throw signal.aborted ? error : proxyFailure(error);
      }
      keepFromThrowing(socket);
      if (status === 200) return socket;
      socket.destroy();
      throw new ProxyFailure(proxy.name, undefined, status, setting);
    }

    override destroy(): void {
      for (const connecting of this.#pending) connecting.abort();
      super.destroy();
    }
  }

  const agent = new TunnelAgent(proxy.url, {
    keepAlive: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
    headers: () =>
      proxy.authorization === undefined ? {} : { 'Proxy-Authorization': proxy.authorization },
    ...(setting.isTls && tlsOptions({ authorities: proxyAuthorities })),
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
