import { decodeBase64 } from './bytes/bytes.ts';
import type { JsonObject } from './json.ts';
import { isJsonObject } from './json.ts';

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** How the fields of a kind of document are read. */
export interface FieldRules {
  /** Makes the error for a field, from its place (`Keys[0].KeyId`) and the problem (`is missing`). */
  malformed(place: string, problem: string): Error;
  /** Whether a value counts as absent; by default only undefined does. */
  isAbsent?(value: unknown): boolean;
}

/** Where an object is in its document, asked for in an error alone: words for it, or what it is part of. */
type Place =
  (() => string) | { readonly whole: FieldReader; readonly name: string; readonly index?: number };

/**
 * Reads the fields of a JSON object. The first that is wrong ends the reading with the error of the rules, which
 * never shows the value; a field is required unless its reader says otherwise.
 */
export class FieldReader {
  readonly object: JsonObject;
  readonly #rules: FieldRules;
  readonly #place: Place;

  /** @param place - by default the object is the document itself */
  constructor(object: JsonObject, rules: FieldRules, place: Place = () => '') {
    this.object = object;
    this.#rules = rules;
    this.#place = place;
  }

  /** Refuses a field, or with an empty name the object itself. */
  fail(name: string, problem: string): never {
    throw this.#rules.malformed(this.#placeOf(name), problem);
  }

  has(name: string): boolean {
    return this.#isThere(this.object[name]);
  }

  /** Reads an optional field: `ifPresent('DeleteDate', (name) => fields.date(name))`. */
  ifPresent<T>(name: string, read: (name: string) => T): T | undefined {
    return this.has(name) ? read(name) : undefined;
  }

  /**
   * @param pattern - by default anything but empty text
   * @param problem - of text that does not match
   */
  text(name: string, pattern?: RegExp, problem = 'is malformed'): string {
    const value = this.#get(name);
    if (typeof value !== 'string') this.fail(name, 'is not text');
    const isGood = pattern === undefined ? value !== '' : pattern.test(value);
    if (!isGood) this.fail(name, value === '' ? 'is empty' : problem);
    return value;
  }

  optionalText(name: string, pattern?: RegExp, problem?: string): string | undefined {
    return this.ifPresent(name, () => this.text(name, pattern, problem));
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name) as T;
    return choices.includes(value) ? value : this.fail(name, `is not one of ${choices.join(', ')}`);
  }

  /** The bytes of standard base64, at least one. */
  bytes(name: string, length?: number): Buffer {
    const bytes = decodeBase64(this.text(name));
    if (bytes === undefined) this.fail(name, 'is not standard base64');
    if (length !== undefined && bytes.length !== length) this.fail(name, `is not ${length} bytes`);
    return bytes;
  }

  /** Standard base64 of at least one byte, as it is, of at most so many characters. */
  base64(name: string, most = Infinity): string {
    this.bytes(name).fill(0);
    const text = this.text(name);
    return text.length <= most ? text : this.fail(name, `is longer than ${most} characters`);
  }

  integer(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.#get(name);
    const isInteger = typeof value === 'number' && Number.isSafeInteger(value);
    if (!isInteger || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `${least}` : `${least} to ${most}`;
      this.fail(name, `is not a whole number from ${range}`);
    }
    return value;
  }

  /** A UTC date in ISO 8601 with milliseconds. */
  date(name: string): Date {
    const date = new Date(this.text(name, DATE, 'is not a date'));
    return Number.isNaN(date.getTime()) ? this.fail(name, 'is not a date') : date;
  }

  /** `true`, or absent. */
  flag(name: string): true | undefined {
    return this.ifPresent(name, () =>
      this.#get(name) === true ? true : this.fail(name, 'is not true'),
    );
  }

  /** An object, whose fields are to be read. */
  fields(name: string): FieldReader {
    return this.#part(this.#get(name), { whole: this, name });
  }

  /** A list of objects, each of which is read by `read`. */
  list<T>(name: string, read: (item: FieldReader) => T): readonly T[] {
    return this.#list(name).map((item, index) =>
      read(this.#part(item, { whole: this, name, index })),
    );
  }

  texts(name: string): readonly string[] {
    return this.#list(name).map((item, index) =>
      typeof item === 'string' ? item : this.fail(`${name}[${index}]`, 'is not text'),
    );
  }

  #get(name: string): unknown {
    const value = this.object[name];
    return this.#isThere(value) ? value : this.fail(name, 'is missing');
  }

  #isThere(value: unknown): boolean {
    return value !== undefined && this.#rules.isAbsent?.(value) !== true;
  }

  #list(name: string): readonly unknown[] {
    const value = this.#get(name);
    return Array.isArray(value) ? value : this.fail(name, 'is not a list');
  }

  #part(value: unknown, place: Place): FieldReader {
    const part = new FieldReader(value as JsonObject, this.#rules, place);
    return isJsonObject(value) ? part : part.fail('', 'is not an object');
  }

  #placeOf(name: string): string {
    return [FieldReader.#textOf(this.#place), name].filter((part) => part !== '').join('.');
  }

  static #textOf(place: Place): string {
    if (typeof place === 'function') return place();
    const { whole, name, index } = place;
    return whole.#placeOf(index === undefined ? name : `${name}[${index}]`);
  }
}
