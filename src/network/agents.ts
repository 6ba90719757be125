import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';

/** How far one attempt has come, as noted by the agent that makes its connection. */
export interface AttemptState {
  isConnecting: boolean;
  /** The proxy that has not answered yet, and the variable that names it. */
  waitsForProxy?: { readonly name: string; readonly variable: string } | undefined;
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

/** A keep-alive pool. `destroy` ends every connection, including those still being made. */
export type Agent = http.Agent;

/** Short of a whole attempt, so that an address that swallows packets is told apart from a slow server. */
export const CONNECT_TIMEOUT_MS = 5000;

/** The `code` of the error when a connection was not made in time. */
export const CONNECT_TIMEOUT = 'KMSX_CONNECT_TIMEOUT';

/**
 * How long one of several addresses of a name may take before the next is tried too (RFC 8305 §5). Node's
 * 250 ms are less than a round trip to a region on the other side of the world.
 */
export const NEXT_ADDRESS_AFTER_MS = 1000;

/** Connects to http servers: loopback addresses, and the metadata of an instance. */
export class HttpAgent extends http.Agent {
  readonly #settings: AgentSettings;

  constructor(settings: AgentSettings) {
    super({ keepAlive: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS });
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
 * Gives a socket an error listener for its whole life: a socket that fails while no request listens, or fails twice
 * (a tunnel and the TLS in it), would end the process. Code that waits for the socket has its own listeners.
 */
export function keepFromThrowing(socket: Duplex): void {
  socket.on('error', () => undefined);
}

/** TLS options for a server. Verification and TLS ≥ 1.2 cannot be turned off, whatever NODE_OPTIONS says. */
export function tlsOptions(settings: Pick<AgentSettings, 'authorities'>): {
  rejectUnauthorized: true;
  minVersion: 'TLSv1.2';
  ca?: string[];
} {
  const { authorities } = settings;
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(authorities !== undefined && { ca: [...authorities] }),
  };
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

/** The error of a connection that ended too early. */
export function connectionCut(): Error {
  return Object.assign(new Error('closed'), { code: 'ECONNRESET' });
}

/** The error of a connection that was not made in time. */
export function connectTimeout(): Error {
  return Object.assign(new Error('no connection in time'), { code: CONNECT_TIMEOUT });
}
