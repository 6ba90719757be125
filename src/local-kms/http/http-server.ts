import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { kmsxError, systemErrorCode } from '../../base/error.ts';
import { fewDescriptors } from '../../base/files/errors/few-descriptors.ts';
import { Connections } from './connections.ts';
import { Handshakes } from './handshakes.ts';
import type { RequestHandler } from '../request-gateway.ts';
import type { ServerCertificate } from '../tls/server-certificates.ts';

/** A listening server. */
export interface HttpServer {
  readonly port: number;
  /** Stops accepting, ends idle connections, lets running requests finish. Harmless when called again. */
  close(): Promise<void>;
}

interface HttpServerOptions {
  /** 0 for a free one. */
  readonly port: number;
  readonly gateway: RequestHandler;
  /** How long a connection may be idle, in milliseconds; by default a minute. */
  readonly idleMs?: number;
  /** Makes it an HTTPS server; returns the certificate to show on the next connection. */
  readonly nextCertificate?: (() => ServerCertificate) | undefined;
}

/** The only address that the server listens on. */
export const LOOPBACK = '127.0.0.1';

/** An EncryptionContext of 8,192 characters of three UTF-8 bytes, each percent-encoded, twice over. */
const MAX_HEADER_BYTES = 256 * 1024;
const MAX_CONNECTIONS = 1024;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const IDLE_MS = 60_000;

const HTTP_OPTIONS = {
  maxHeaderSize: MAX_HEADER_BYTES,
  requireHostHeader: false,
  insecureHTTPParser: false,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: 1_000,
  noDelay: true,
} as const;

/**
 * Serves a gateway over HTTP or HTTPS (TLS 1.2 and later) on 127.0.0.1. What Node would answer itself (a malformed
 * request, one that takes too long, CONNECT, an unknown expectation) is answered in KMS's shape too.
 *
 * @throws KmsxError `port-taken`
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { port, gateway, nextCertificate, idleMs = IDLE_MS } = options;
  const connections = new Connections(gateway, idleMs);
  const handshakes = new Handshakes();
  const server =
    nextCertificate === undefined
      ? createServer(HTTP_OPTIONS)
      : createHttpsServer(nextCertificate, handshakes);
  server.on(nextCertificate === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections.add(socket);
  });
  server.on('connection', () => {
    connections.accepted();
  });
  // Node silently drops headers beyond its limit: let all through, and the gateway counts them.
  server.maxHeadersCount = 0;
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = idleMs;
  server.keepAliveTimeout = idleMs;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    void connections.respond(request, response);
  };
  server.on('request', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('connect', (_request: IncomingMessage, socket) => {
    connections.refuse(socket, 'UnsupportedHTTPMethod');
  });
  server.on('clientError', (error, socket) => {
    // After a failed handshake there is no connection to answer on.
    const isGone = systemErrorCode(error) === 'ECONNRESET' || !socket.writable;
    if (isGone || !connections.has(socket)) socket.destroy();
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
        handshakes.close();
      });
      return closing;
    },
  };
}

/** An HTTPS server that asks for the certificate to show on each connection. */
function createHttpsServer(
  nextCertificate: () => ServerCertificate,
  handshakes: Handshakes,
): Server {
  let shown: ServerCertificate | undefined;
  const server = createTlsServer({ ...HTTP_OPTIONS, handshakeTimeout: HANDSHAKE_TIMEOUT_MS });
  // Before Node's own listener, which starts the handshake with the current certificate.
  server.prependListener('connection', (socket: Socket) => {
    handshakes.add(socket);
    const certificate = nextCertificate();
    if (certificate === shown) return;
    shown = certificate;
    const { privateKeyPem: key, certificatePem: cert } = certificate;
    server.setSecureContext({ key, cert, minVersion: 'TLSv1.2' });
  });
  server.on('secureConnection', (socket) => {
    handshakes.delete(socket);
  });
  return server;
}

function listenError(port: number, error: Error): Error {
  const code = systemErrorCode(error);
  if (code === undefined || !('syscall' in error)) return error;
  const few = fewDescriptors(systemErrorCode(error), error);
  if (few !== undefined) return few;
  return kmsxError('port-taken', `cannot listen on port ${port} of ${LOOPBACK} (${code})`, {
    details: { port: String(port), reason: code },
    cause: error,
  });
}
