import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { kmsxError, systemErrorCode } from '../base/error.ts';
import type { KmsAnswer } from './answer.ts';
import { answerHeaders } from './answer.ts';
import type { Gateway } from './gateway.ts';
import { receiveBody } from './receive-body.ts';
import type { RefusalCode } from './refusal.ts';

export interface HttpServer {
  readonly port: number;
  /** Stops accepting, ends idle connections, lets running requests finish. Harmless when called again. */
  close(): Promise<void>;
}

/** The only address that is ever listened on. */
export const LOOPBACK = '127.0.0.1';

/** An EncryptionContext of 8,192 characters of three UTF-8 bytes, each percent-encoded, twice over. */
const MAX_HEADER_BYTES = 256 * 1024;
const MAX_BODY_BYTES = 256 * 1024;
const MAX_DRAINED_BYTES = 8 * 1024 * 1024;
const MAX_CONNECTIONS = 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 60_000;
const IDLE_MS = 60_000;
const LINGER_MS = 1_000;

/**
 * Serves a gateway over HTTP on 127.0.0.1. Everything that Node would answer by itself (a malformed request,
 * one that takes too long, CONNECT, an unknown expectation) is answered in KMS's shape too.
 *
 * @param port - 0 takes a free one
 * @throws KmsxError `port-taken`
 */
export async function startHttpServer(port: number, gateway: Gateway): Promise<HttpServer> {
  const connections = new Connections(gateway);
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    requireHostHeader: false,
    insecureHTTPParser: false,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
  });
  // Headers beyond Node's count would vanish in silence: all come through, and the gateway counts them.
  server.maxHeadersCount = 0;
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = IDLE_MS;
  server.on('connection', (socket) => {
    connections.add(socket);
  });
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    void connections.respond(request, response);
  };
  server.on('request', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('connect', (_request: IncomingMessage, socket) => {
    connections.refuse(socket, 'UnsupportedHTTPMethod');
  });
  server.on('clientError', (error, socket) => {
    if (systemErrorCode(error) === 'ECONNRESET' || !socket.writable) socket.destroy();
    else connections.refuse(socket, 'ParseRequestParameterException');
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', (error) => {
      reject(listenError(port, error));
    });
    server.listen({ host: LOOPBACK, port, exclusive: true }, resolve);
  });
  let closing: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closing ??= new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
        connections.close();
      });
      return closing;
    },
  };
}

/** The open connections of a server and the requests that run on them. */
class Connections {
  readonly #gateway: Gateway;
  readonly #sockets = new Set<Socket>();
  readonly #refused = new WeakSet<Duplex>();
  /** Requests that are not answered yet, by connection. */
  readonly #open = new Map<Duplex, Set<IncomingMessage>>();
  readonly #whenIdle = new Map<Duplex, () => void>();
  #closing = false;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
    });
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#opened(request);
    response.once('close', () => {
      this.#finished(request);
    });
    const body = await receiveBody(request, MAX_BODY_BYTES, MAX_DRAINED_BYTES);
    if (body === 'aborted') {
      response.destroy();
      return;
    }
    const isTooLong = body === 'too-long';
    const answer = isTooLong
      ? this.#gateway.refuse('ParseRequestParameterException')
      : await this.#gateway.answer({
          method: request.method ?? '',
          target: request.url ?? '',
          rawHeaders: request.rawHeaders,
          body,
        });
    if (isTooLong || this.#closing) response.shouldKeepAlive = false;
    response.writeHead(answer.httpStatus, answerHeaders(answer));
    response.end(answer.body);
  }

  /** Answers on a connection that is of no further use, after the answers that are still to come on it. */
  refuse(socket: Duplex, code: RefusalCode): void {
    // A parser that failed once fails again on whatever comes next.
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    const answer = this.#gateway.refuse(code);
    const end = (): void => {
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      socket.end(rawAnswer(answer));
      socket.resume();
      // Closing at once would reset the connection while the client still writes, and take its answer away.
      setTimeout(() => {
        socket.destroy();
      }, LINGER_MS).unref();
    };
    socket.on('error', () => {
      socket.destroy();
    });
    if (this.#isBusy(socket)) this.#whenIdle.set(socket, end);
    else end();
  }

  /** Closes each connection as soon as no request runs on it. */
  close(): void {
    this.#closing = true;
    for (const socket of this.#sockets) if (!this.#isBusy(socket)) socket.destroy();
  }

  /** Whether a request runs on a connection: one that was received whole and is not answered yet. */
  #isBusy(socket: Duplex): boolean {
    return [...(this.#open.get(socket) ?? [])].some((request) => request.complete);
  }

  #opened(request: IncomingMessage): void {
    const requests = this.#open.get(request.socket) ?? new Set();
    this.#open.set(request.socket, requests.add(request));
  }

  #finished(request: IncomingMessage): void {
    const { socket } = request;
    const requests = this.#open.get(socket);
    requests?.delete(request);
    if (requests?.size === 0) this.#open.delete(socket);
    if (this.#isBusy(socket)) return;
    this.#whenIdle.get(socket)?.();
    this.#whenIdle.delete(socket);
    if (this.#closing) socket.destroySoon();
  }
}

function rawAnswer(answer: KmsAnswer): Buffer {
  const { httpStatus, body } = answer;
  const headers = Object.entries({ ...answerHeaders(answer), connection: 'close' });
  const head = [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

function listenError(port: number, error: Error): Error {
  const code = systemErrorCode(error);
  if (code === undefined || !('syscall' in error)) return error;
  return kmsxError(
    'port-taken',
    `port ${port} of ${LOOPBACK} cannot be listened on (${code})`,
    { port: String(port), reason: code },
    error,
  );
}
