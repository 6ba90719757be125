import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback that answers as a test says: for what the embedded KMS would never do. */
export function useFakeKms(): (handler: Handler) => Promise<string> {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  return async (handler) => {
    const server = createServer(handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
}

/** Answers with a status and a JSON body. */
export function answer(status: number, body: unknown): Handler {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json;charset=utf-8' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Credentials that look like some, for servers that do not check them. */
export const ANY_CREDENTIALS = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAItest00000000',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'test-secret-of-no-account',
};
