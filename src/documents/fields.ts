import { decodeBase64 } from '../base/bytes.ts';
import { kmsxError } from '../base/error.ts';
import type { JsonObject } from '../base/json.ts';
import type { EncryptionContext } from './encryption-context.ts';
import { assertEncryptionContext, dataKeyIdOf, isDataKeyId } from './encryption-context.ts';

const FINGERPRINT = /^SHA256:[0-9a-f]{64}$/;

/** Reads the fields of one document, and reports each that can't be right by its name and never its value. */
export class DocumentFields {
  readonly #object: JsonObject;
  readonly #label: string;

  /** @param label - what the document is called in errors, usually the file's name */
  constructor(object: JsonObject, label: string) {
    this.#object = object;
    this.#label = label;
  }

  /** A string that must be there and not be empty. */
  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw this.#malformed(name, 'is missing');
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#object[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') throw this.#malformed(name, 'is no text');
    return value;
  }

  /** Standard base64 that must be there and hold at least one byte; the text itself. */
  base64(name: string): string {
    const value = this.text(name);
    if (decodeBase64(value) === undefined) throw this.#malformed(name, 'is not standard base64');
    return value;
  }

  fingerprint(name: string): string {
    const value = this.text(name);
    if (!FINGERPRINT.test(value)) throw this.#malformed(name, 'is no fingerprint');
    return value;
  }

  /** One of a few words. */
  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name);
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw this.#malformed(name, `is none of ${choices.join(', ')}`);
    return choice;
  }

  /** A whole number that must be there, within bounds. */
  wholeNumber(name: string, least: number, most: number): number {
    const value = this.#object[name];
    if (value === undefined) throw this.#malformed(name, 'is missing');
    if (
      typeof value !== 'number' ||
      !Number.isInteger(value) ||
      !(value >= least && value <= most)
    ) {
      throw this.#malformed(name, `is no whole number from ${least} to ${most}`);
    }
    return value;
  }

  /** A count of bytes from 1 to 1024, KMS's limit for a data key. */
  optionalByteCount(name: string): number | undefined {
    const value = this.#object[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 1024) {
      throw this.#malformed(name, 'is no number of bytes from 1 to 1024');
    }
    return value;
  }

  context(name: string): EncryptionContext | undefined {
    const value = this.#object[name];
    if (value === undefined) return undefined;
    assertEncryptionContext(value, `${this.#label}: ${name}`);
    return value;
  }

  /** The id that binds a data key, 32 hexadecimal digits or absent. */
  dataKeyId(name: string): string | undefined {
    const id = this.optionalText(name);
    if (id !== undefined && !isDataKeyId(id)) {
      throw this.#malformed(name, 'is not 32 hexadecimal digits');
    }
    return id;
  }

  /**
   * The same in a document that has the context which binds it: an id that is shown and not bound promises what nobody
   * keeps.
   *
   * @throws KmsxError `document-inconsistent` where the context binds another one, or none
   */
  boundDataKeyId(name: string, context: EncryptionContext | undefined): string | undefined {
    const id = this.dataKeyId(name);
    if (id === undefined || dataKeyIdOf(context) === id) return id;
    throw kmsxError(
      'document-inconsistent',
      `${this.#label}: ${name} is not the id in its encryption context`,
      { label: this.#label, field: name },
    );
  }

  /** `true` or absent. */
  flag(name: string): true | undefined {
    const value = this.#object[name];
    if (value !== undefined && value !== true) throw this.#malformed(name, 'is not true');
    return value;
  }

  #malformed(name: string, problem: string): Error {
    return kmsxError('document-malformed', `${this.#label}: ${name} ${problem}`, {
      label: this.#label,
      field: name,
    });
  }
}
