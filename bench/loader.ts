import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

const HEAD_END = '\r\n\r\n';

export interface Load {
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** What this process itself used of a processor meanwhile. */
  readonly loaderSeconds: number;
}

/**
 * Sends every request once, over so many connections that are kept open, each with one request at a time.
 *
 * @throws Error for an answer that is not 200
 */
export async function sendAll(
  port: number,
  requests: readonly Buffer[],
  connections: number,
): Promise<Load> {
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      await once(socket, 'connect');
      return socket;
    }),
  );
  const queue = requests[Symbol.iterator]();
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(sockets.map((socket) => drain(socket, queue)));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, loaderSeconds: (user + system) / 1e6 };
}

function drain(socket: Socket, queue: Iterator<Buffer, undefined>): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    const next = (): void => {
      const { done, value } = queue.next();
      if (done === true) {
        socket.destroy();
        resolve();
      } else socket.write(value);
    };
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('end', () => {
      reject(new Error('the server closed a connection'));
    });
    socket.on('data', (chunk: string) => {
      received += chunk;
      const head = received.indexOf(HEAD_END);
      if (head === -1) return;
      const length = Number(/\r\ncontent-length: (\d+)\r\n/i.exec(received)?.[1]);
      if (received.length < head + HEAD_END.length + length) return;
      if (!received.startsWith('HTTP/1.1 200 ')) reject(new Error(received));
      received = '';
      next();
    });
    next();
  });
}
