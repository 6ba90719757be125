import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { assertUnambiguous, isJsonObject } from '../base/json.ts';
import { notKmsError } from './errors.ts';

/** What was received, read to its end. */
interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
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

/** An answer that was read, once more: the SDKs read bodies themselves, and of the rest its status and headers. */
export function replay(response: IncomingMessage, body: Buffer): IncomingMessage {
  const { statusCode = 0, statusMessage = '', headers } = response;
  const copy = new Readable({ read: () => undefined });
  copy.push(body);
  copy.push(null);
  return Object.assign(copy, { statusCode, statusMessage, headers }) as unknown as IncomingMessage;
}

function isJsonText(text: string): boolean {
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}
