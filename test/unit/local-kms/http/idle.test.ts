import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { successAnswer } from '../../../../src/local-kms/answer.ts';
import type { RequestHandler } from '../../../../src/local-kms/request-gateway.ts';
import type { HttpServer } from '../../../../src/local-kms/http/http-server.ts';
import { startHttpServer } from '../../../../src/local-kms/http/http-server.ts';

const IDLE_MS = 150;
const servers: HttpServer[] = [];
const agent = new Agent({ keepAlive: true });
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  agent.destroy();
});

test('a connection lives as long as its request is being worked on, and is then closed when idle', async () => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const answer = successAnswer('id', {});
  const gateway: RequestHandler = {
    reply: async () => {
      await released;
      // The rest of the time passes as that of a delay does.
      return { ending: 'whole', answer, delayMs: 4 * IDLE_MS };
    },
    refuse: () => answer,
  };
  const server = await startHttpServer({ port: 0, gateway, idleMs: IDLE_MS });
  servers.push(server);
  let socket: Socket | undefined;
  const status = await new Promise<number | string | undefined>((resolve) => {
    const outgoing = request({ port: server.port, host: '127.0.0.1', agent }, (incoming) => {
      incoming.resume();
      incoming.on('end', () => {
        resolve(incoming.statusCode);
      });
    });
    outgoing.on('socket', (used) => {
      socket = used;
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code);
    });
    outgoing.end();
    setTimeout(release, 4 * IDLE_MS);
  });
  expect(status).toBe(200);
  const used = socket;
  if (used === undefined) throw new Error('no connection');
  if (!used.destroyed) await new Promise((resolve) => used.once('close', resolve));
  expect(used.destroyed).toBe(true);
});
