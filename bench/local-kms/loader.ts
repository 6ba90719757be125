import { connect } from 'node:net';

const HEAD_END = '\r\n\r\n';

export interface Load {
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** What this process itself used of a processor meanwhile. */
  readonly loaderSeconds: number;
  /** From when a request was written, or its connection begun, to its answer, in milliseconds, the least first. */
  readonly waits: readonly number[];
}

/**
 * Sends every request once, over so many connections that are kept open, each with one request at a time. The connections
 * are made at once, and each sends as soon as it can.
 *
 * @throws Error for an answer that is not 200
 */
export async function sendAll(
  port: number,
  requests: readonly Buffer[],
  connections: number,
): Promise<Load> {
  const queue = requests[Symbol.iterator]();
  const waits: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, () => drain(port, queue, waits)));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, loaderSeconds: (user + system) / 1e6, waits: waits.sort((a, b) => a - b) };
}

function drain(port: number, queue: Iterator<Buffer, undefined>, waits: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let begun = performance.now();
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
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
      waits.push(performance.now() - begun);
      begun = performance.now();
      next();
    });
    socket.on('connect', next);
  });
}
