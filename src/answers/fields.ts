import { decodeBase64 } from '../base/bytes.ts';
import { word } from './json.ts';
import { answerMalformed } from './errors.ts';

/** Reads the fields of one answer and refuses what can't be right. Names are KMS's own. */
export interface AnswerFields {
  readonly requestId: string;
  text(name: string, value: unknown): string;
  /** Standard base64 with at least one byte; the text, unchanged. */
  base64(name: string, value: unknown): string;
  /** The bytes of standard base64, at least one. */
  bytes(name: string, value: unknown): Buffer;
}

/**
 * Begins to read an answer.
 *
 * @throws KmsxError `answer-malformed`, without the value; the readers too
 */
export function answerFields(action: string, requestId: unknown): AnswerFields {
  const id = word(requestId);
  if (id === undefined) throw answerMalformed(action, 'RequestId is missing');

  const text = (name: string, value: unknown): string => {
    if (value === undefined || value === null || value === '') {
      throw answerMalformed(action, `${name} is missing`, id);
    }
    if (typeof value !== 'string') throw answerMalformed(action, `${name} is no text`, id);
    return value;
  };
  const bytes = (name: string, value: unknown): Buffer => {
    const decoded = decodeBase64(text(name, value));
    if (decoded === undefined) throw answerMalformed(action, `${name} is no base64`, id);
    return decoded;
  };
  return {
    requestId: id,
    text,
    bytes,
    base64: (name, value) => {
      bytes(name, value).fill(0);
      return text(name, value);
    },
  };
}
