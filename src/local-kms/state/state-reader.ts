import { decodeBase64 } from '../../base/bytes.ts';
import { kmsxError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';

/** Reads the fields of a state's document and names the first that cannot be right, without its value. */
export class StateReader {
  readonly #path: string;

  /** @param path - where the document lies, for the error */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws KmsxError `state-malformed` */
  fail(place: string): never {
    const path = this.#path;
    throw kmsxError('state-malformed', `${path}: ${place} cannot be right`, { path, place });
  }

  document(text: string, format: string): Entry {
    const path = this.#path;
    let document: unknown;
    try {
      document = parseJson(text, path);
    } catch (error) {
      const details = { path, place: '' };
      throw kmsxError('state-malformed', `${path} is not JSON, or is cut short`, details, error);
    }
    if (!isJsonObject(document)) this.fail('the document');
    if (document['Format'] !== format) {
      const details = { path, place: 'Format' };
      throw kmsxError('state-malformed', `${path} is not a state of Format ${format}`, details);
    }
    return new Entry(this, document, '');
  }

  /** A map of values by name; a name that stands twice is refused. */
  map<T>(
    place: string,
    values: readonly T[],
    nameOf: (value: T) => string,
  ): ReadonlyMap<string, T> {
    const map = new Map(values.map((value) => [nameOf(value), value]));
    if (map.size !== values.length) this.fail(place);
    return map;
  }
}

/** An object in the document, and where it stands. */
export class Entry {
  readonly #reader: StateReader;
  readonly #object: JsonObject;
  readonly #at: string;

  constructor(reader: StateReader, object: JsonObject, at: string) {
    this.#reader = reader;
    this.#object = object;
    this.#at = at;
  }

  fail(name: string): never {
    this.#reader.fail(this.#at === '' ? name : `${this.#at}.${name}`);
  }

  has(name: string): boolean {
    return this.#object[name] !== undefined;
  }

  list<T>(name: string, read: (entry: Entry) => T): readonly T[] {
    const value = this.#object[name];
    if (!Array.isArray(value) || !value.every(isJsonObject)) this.fail(name);
    const place = this.#at === '' ? name : `${this.#at}.${name}`;
    return value.map((item, index) => read(new Entry(this.#reader, item, `${place}[${index}]`)));
  }

  entry(name: string): Entry | undefined {
    if (!this.has(name)) return undefined;
    const place = this.#at === '' ? name : `${this.#at}.${name}`;
    return new Entry(this.#reader, this.object(name), place);
  }

  object(name: string): JsonObject {
    const value = this.#object[name];
    if (!isJsonObject(value)) this.fail(name);
    return value;
  }

  objects(name: string): readonly JsonObject[] {
    const value = this.#object[name];
    if (!Array.isArray(value) || !value.every(isJsonObject)) this.fail(name);
    return value;
  }

  text(name: string, pattern = /^/): string {
    const value = this.#object[name];
    if (typeof value !== 'string' || !pattern.test(value)) this.fail(name);
    return value;
  }

  optionalText(name: string, pattern?: RegExp): string | undefined {
    return this.has(name) ? this.text(name, pattern) : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#object[name];
    if (!Array.isArray(value)) this.fail(name);
    return value.map((item: unknown) => (typeof item === 'string' ? item : this.fail(name)));
  }

  bytes(name: string, length?: number): Buffer {
    const bytes = decodeBase64(this.text(name));
    if (bytes === undefined || (length !== undefined && bytes.length !== length)) this.fail(name);
    return bytes;
  }

  integer(name: string): number {
    const value = this.#object[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) this.fail(name);
    return value;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = choices.find((choice) => choice === this.#object[name]);
    if (value === undefined) this.fail(name);
    return value;
  }

  date(name: string): Date {
    const date = new Date(this.text(name, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/));
    if (Number.isNaN(date.getTime())) this.fail(name);
    return date;
  }

  optionalDate(name: string): Date | undefined {
    return this.has(name) ? this.date(name) : undefined;
  }
}
