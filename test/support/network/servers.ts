import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import net from 'node:net';
import { onTestFinished } from 'vitest';

const TLS_KEYS = new URL('../../keys/tls/', import.meta.url);

/** The certificate names of test/keys/tls. */
export type CertificateName =
  'localhost' | 'instance' | 'sts' | 'address' | 'expired' | 'self-signed';

/** A file of test/keys/tls as a path. */
export function tlsFile(name: string): string {
  return new URL(name, TLS_KEYS).pathname;
}

export interface RecordedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Query and form together. */
  readonly parameters: URLSearchParams;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
}

export interface TestServer {
  readonly port: number;
  readonly url: string;
  readonly requests: RecordedRequest[];
  readonly connections: () => number;
}

export type Responder = (request: RecordedRequest, response: ServerResponse) => void;

/** Starts a server on 127.0.0.1 that records what it is asked; it ends with the test. */
export async function startServer(
  respond: Responder,
  certificate?: CertificateName,
): Promise<TestServer> {
  const requests: RecordedRequest[] = [];
  const sockets: Socket[] = [];
  const listener: RequestListener = (message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const url = new URL(message.url ?? '/', 'http://test.invalid');
      const body = Buffer.concat(chunks).toString();
      const parameters = new URLSearchParams([...url.searchParams, ...new URLSearchParams(body)]);
      const request = {
        method: message.method ?? '',
        url,
        headers: message.headers,
        body,
        parameters,
        connection: sockets.indexOf(message.socket) + 1,
      };
      requests.push(request);
      respond(request, response);
    });
  };
  const server =
    certificate === undefined
      ? http.createServer(listener)
      : https.createServer(
          {
            cert: readFileSync(tlsFile(`${certificate}.pem`)),
            key: readFileSync(tlsFile(`${certificate}.key.pem`)),
          },
          listener,
        );
  server.on(certificate === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined); // clients that go away are part of the tests
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const scheme = certificate === undefined ? 'http' : 'https';
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    requests,
    connections: () => sockets.length,
  };
}

/** A TCP server that does with each connection what it is told, for what HTTP servers never do. */
export async function startTcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return port;
}

export interface TestProxy extends TestServer {
  /** The targets of CONNECT, in order. */
  readonly targets: string[];
  /** The Proxy-Authorization headers, in order. */
  readonly authorizations: (string | undefined)[];
}

/** Starts a CONNECT proxy; whatever name it is asked for, it connects to the port `to` of this machine. */
export async function startProxy(
  to: number,
  options: { readonly status?: number; readonly certificate?: CertificateName } = {},
): Promise<TestProxy> {
  const targets: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const tls =
    options.certificate === undefined
      ? undefined
      : {
          cert: readFileSync(tlsFile(`${options.certificate}.pem`)),
          key: readFileSync(tlsFile(`${options.certificate}.key.pem`)),
        };
  const refuse: RequestListener = (_, response) => {
    response.writeHead(405).end();
  };
  const server = tls === undefined ? http.createServer(refuse) : https.createServer(tls, refuse);
  const sockets: Socket[] = [];
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    targets.push(request.url ?? '');
    authorizations.push(request.headers['proxy-authorization']);
    client.on('error', () => undefined);
    const { status = 200 } = options;
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = net.connect(to, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client);
      client.pipe(upstream);
    });
    sockets.push(upstream, client);
    upstream.on('error', () => client.destroy());
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
  });
  const scheme = tls === undefined ? 'http' : 'https';
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    requests: [],
    connections: () => sockets.length,
    targets,
    authorizations,
  };
}

/** A port of this machine on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  body: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json;charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

function listen(server: Server | net.Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}
