import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** What becomes of what a client sent: it passes, it does not arrive, or its answer does not. */
export type Verdict = 'pass' | 'cut' | 'cut the answer';

export interface CuttingProxy {
  readonly port: number;
  /** All that clients have sent so far. */
  sent(): string;
  /** Takes no more connections. */
  refuse(): void;
  /** The same, and cuts those that there are. */
  close(): Promise<void>;
}

/**
 * A TCP proxy on loopback that judges what clients send, and cuts the connection where a test says so.
 *
 * @param port - where the server listens, on 127.0.0.1
 */
export async function startCuttingProxy(
  port: number,
  judge: (sent: string) => Verdict | Promise<Verdict>,
): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const sent: string[] = [];
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let isAnswerCut = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    upstream.on('data', (chunk) => {
      if (isAnswerCut) end();
      else client.write(chunk);
    });
    let before = Promise.resolve();
    client.on('data', (chunk) => {
      sent.push(chunk.toString('latin1'));
      before = before.then(async () => {
        const verdict = await judge(chunk.toString('latin1'));
        isAnswerCut ||= verdict === 'cut the answer';
        if (verdict === 'cut') end();
        else upstream.write(chunk);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => sent.join(''),
    refuse: () => {
      server.close();
    },
    close: async () => {
      const closed = server.listening ? once(server, 'close') : undefined;
      if (server.listening) server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
