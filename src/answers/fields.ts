import { decodeBase64 } from '../base/bytes.ts';
import type { JsonObject } from '../base/json.ts';
import { isJsonObject } from '../base/json.ts';
import { word } from './json.ts';
import { answerMalformed } from './errors.ts';

const ANYTHING = /^/;

/**
 * Reads the fields of one answer, or of an object in it, and refuses what can't be right. Names are KMS's own.
 * Every reader throws KmsxError `answer-malformed`, which does not show the value.
 */
export class AnswerFields {
  readonly requestId: string;
  readonly #action: string;
  readonly #object: JsonObject;

  /** @param requestId - of the whole answer, where `object` is a part of it */
  constructor(action: string, object: JsonObject, requestId = word(object['RequestId'])) {
    if (requestId === undefined) throw answerMalformed(action, 'RequestId is missing');
    this.requestId = requestId;
    this.#action = action;
    this.#object = object;
  }

  /** Text that is not empty, of a form if one is given. */
  text(name: string, form = ANYTHING): string {
    const text = this.optional(name, form);
    if (text === undefined) throw this.#malformed(`${name} is missing`);
    return text;
  }

  /** As `text`; undefined if it is missing, empty or null. */
  optional(name: string, form = ANYTHING): string | undefined {
    const value = this.#object[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') throw this.#malformed(`${name} is not text`);
    if (!form.test(value)) throw this.#malformed(`${name} is not one KMS would issue`);
    return value;
  }

  /** The bytes of standard base64, at least one. */
  bytes(name: string): Buffer {
    const decoded = decodeBase64(this.text(name));
    if (decoded === undefined) throw this.#malformed(`${name} is not base64`);
    return decoded;
  }

  /** Standard base64 with at least one byte; the text, unchanged. */
  base64(name: string): string {
    this.bytes(name).fill(0);
    return this.text(name);
  }

  /** A whole number, not negative. */
  count(name: string): number {
    const value = this.#object[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw this.#malformed(`${name} is not a count`);
    }
    return value;
  }

  object(name: string): AnswerFields {
    return this.#part(name, this.#object[name]);
  }

  /** A list of objects. */
  objects(name: string): readonly AnswerFields[] {
    const value = this.#object[name];
    if (!Array.isArray(value)) throw this.#malformed(`${name} is missing`);
    return value.map((entry: unknown) => this.#part(name, entry));
  }

  #part(name: string, value: unknown): AnswerFields {
    if (value === undefined) throw this.#malformed(`${name} is missing`);
    if (!isJsonObject(value)) throw this.#malformed(`${name} is not an object`);
    return new AnswerFields(this.#action, value, this.requestId);
  }

  #malformed(what: string): Error {
    return answerMalformed(this.#action, what, this.requestId);
  }
}
