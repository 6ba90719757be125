import type {
  ClientRequest,
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestOptions,
} from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import type { AttemptOptions } from './agents.ts';
import { notKmsError } from './errors.ts';

/** A request to be sent, whole. */
export interface RequestToSend {
  /** Where it goes, over which agent, and its path. */
  readonly options: AttemptOptions & Pick<RequestOptions, 'agent'>;
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer | Readable | undefined;
  /** HOST or HOST:PORT, for messages. */
  readonly authority: string;
  /** For this request alone, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Hears of the answer as soon as it begins. */
  readonly onAnswer: (answer: IncomingMessage) => void;
}

/** The largest answer that is read: KMS's own are below 20 KB. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Sends a request, and reads the whole body of its answer, a megabyte at most. Redirects are not followed.
 *
 * @throws KmsxError `not-kms` for a larger answer or a compressed one (none was asked for); the reason of the signal;
 * what Node's network threw
 */
export function sendRequest(toSend: RequestToSend): Promise<Buffer> {
  const { options, method, headers, body, authority, timeoutMs, signal, onAnswer } = toSend;
  return new Promise((resolve, reject) => {
    const rejectWith: (reason: unknown) => void = reject;
    let isOver = false;
    let request: ClientRequest | undefined;
    let timer: NodeJS.Timeout | undefined;
    const over = (): boolean => {
      if (isOver) return false;
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      return true;
    };
    const fail = (error: unknown): void => {
      if (!over()) return;
      rejectWith(error);
      request?.destroy();
    };
    // What has come already counts.
    const abort = (): void => {
      setImmediate(() => {
        fail(signal.reason);
      });
    };
    const read = (answer: IncomingMessage): void => {
      onAnswer(answer);
      const refuse = (what: string): void => {
        fail(notKmsError(authority, what, answer.statusCode ?? 0));
      };
      if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') {
        refuse('answers in a compressed form');
      }
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) refuse('answers with more than 1 MiB');
      });
      answer.on('end', () => {
        if (over()) resolve(Buffer.concat(chunks, size));
      });
      answer.on('error', fail);
    };

    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    if (timeoutMs !== undefined) {
      timer = setTimeout(fail, timeoutMs, new Error('no answer in time'));
    }
    try {
      const { request: send } = options.protocol === 'https:' ? https : http;
      request = send({ ...options, method, headers }, read);
      request.on('error', fail);
      if (typeof body === 'object' && !Buffer.isBuffer(body)) body.on('error', fail).pipe(request);
      else request.end(body);
    } catch (error) {
      fail(error);
    }
  });
}
