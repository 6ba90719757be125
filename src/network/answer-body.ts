import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { assertUnambiguous, isJsonObject } from '../base/json.ts';
import type { OriginalHttpx } from './http-seam.ts';
import { notKmsError } from './errors.ts';

/** What was received, read to its end. */
interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The largest answer that is read: KMS's own are below 20 KB. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Reads the whole body of an answer, a megabyte at most.
 *
 * @throws KmsxError `not-kms` for a larger or a compressed one (none was asked for)
 */
export async function readBody(
  response: IncomingMessage,
  original: OriginalHttpx,
  host: string,
): Promise<Buffer> {
  const status = response.statusCode ?? 0;
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    response.destroy();
    throw notKmsError(host, 'answers in a compressed form', status);
  }
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    // httpx appends the URL to the message of this error, which is never shown.
    if (size > MAX_ANSWER_BYTES) response.destroy(new Error('too large'));
  });
  try {
    const body = await original.read(response, '');
    return typeof body === 'string' ? Buffer.from(body) : body;
  } catch (error) {
    if (size > MAX_ANSWER_BYTES) throw notKmsError(host, 'answers with more than 1 MiB', status);
    throw error;
  }
}

/**
 * Refuses an answer that KMS does not give: a redirect, a page, or a body that is not a JSON object, has a name twice in one
 * object (it is ambiguous which of its values is meant), or nests too deep.
 *
 * @throws KmsxError `not-kms`, `json-name-twice`, `json-malformed`
 */
export function assertLooksLikeKms({ status, headers, body }: WholeAnswer, host: string): void {
  if (status >= 300 && status < 400) {
    throw notKmsError(host, 'sends the request on to another address', status);
  }
  const markup = /\b(?:html|xml)\b/i.exec(headers['content-type'] ?? '')?.[0];
  if (status < 300 && markup !== undefined) {
    throw notKmsError(host, `answers with ${markup.toUpperCase()}`, status);
  }
  const text = body.toString();
  if (!isJsonText(text)) throw notKmsError(host, 'answers with something other than JSON', status);
  assertUnambiguous(text, 'the answer');
}

/** An answer that was read, once more: the SDKs read bodies themselves. */
export function replay(response: IncomingMessage, body: Buffer): IncomingMessage {
  const copy = new IncomingMessage(new Socket());
  copy.statusCode = response.statusCode ?? 0;
  copy.statusMessage = response.statusMessage ?? '';
  copy.headers = response.headers;
  copy.complete = true;
  copy.push(body);
  copy.push(null);
  return copy;
}

function isJsonText(text: string): boolean {
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}
