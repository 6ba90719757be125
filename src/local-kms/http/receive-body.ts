import type { IncomingMessage } from 'node:http';

/**
 * Receives the body of a request. One longer than `maxBytes` is read to its end and discarded, so that the client reads
 * the answer; beyond `drainBytes` it is not read either.
 *
 * @returns the body; `too-long`; `aborted` if the client went away before its end
 */
export function receiveBody(
  request: IncomingMessage,
  maxBytes: number,
  drainBytes: number,
): Promise<Buffer | 'too-long' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (length <= drainBytes) return;
      request.pause();
      resolve('too-long');
    });
    request.on('end', () => {
      resolve(length > maxBytes ? 'too-long' : Buffer.concat(chunks, length));
    });
    request.on('error', () => {
      resolve('aborted');
    });
    request.on('close', () => {
      resolve('aborted');
    });
  });
}
