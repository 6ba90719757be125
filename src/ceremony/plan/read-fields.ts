import { isJsonObject } from '../../base/json.ts';
import { nearestName } from '../../base/text/nearly-right.ts';
import type { Path } from './yaml-document.ts';

/** Takes down what is wrong at a place. */
export type Complain = (path: Path, problem: string, hint?: string) => void;

/**
 * Reads a value of a document and goes on after a mistake, so that all are found at once.
 *
 * @returns of no use where it complains
 */
export type Read<T> = (value: unknown, path: Path, complain: Complain) => T;

/** How a field is read, and whether it must be there. */
interface Field<T> {
  readonly read: Read<T>;
  readonly isRequired: boolean;
}

/** A table of the fields of an object, with all that are known. */
type Fields<T> = { readonly [Name in keyof T]-?: Field<Exclude<T[Name], undefined>> };

export const required = <T>(read: Read<T>): Field<T> => ({ read, isRequired: true });
export const optional = <T>(read: Read<T>): Field<T> => ({ read, isRequired: false });

/**
 * Reads an object by a table of its fields: another name is a mistake.
 *
 * @param judge - what is wrong between its fields
 */
export function object<T extends object>(
  fields: Fields<T>,
  judge: (value: Partial<T>, path: Path, complain: Complain) => void = () => undefined,
): Read<T> {
  const table = new Map<string, Field<unknown>>(Object.entries(fields));
  const names = [...table.keys()];
  return (value, path, complain) => {
    if (!isJsonObject(value)) {
      complain(path, `${kindOf(value)}, not fields: NAME: VALUE`);
      return {} as T;
    }
    const known: [string, unknown][] = [];
    for (const [name, each] of Object.entries(value)) {
      const at = [...path, name];
      const field = table.get(name);
      if (field !== undefined) known.push([name, field.read(each, at, complain)]);
      else {
        const meant = nearestName(name, names);
        complain(
          at,
          'is not known here',
          meant === undefined ? undefined : `did you mean ${meant}?`,
        );
      }
    }
    for (const [name, { isRequired }] of table) {
      if (isRequired && !Object.hasOwn(value, name)) complain([...path, name], 'is missing');
    }
    const read = Object.fromEntries(known) as T;
    judge(read, path, complain);
    return read;
  };
}

/**
 * Reads a list.
 *
 * @param least - so many items
 */
export function list<T>(read: Read<T>, least: number, most: number): Read<readonly T[]> {
  return (value, path, complain) => {
    if (!Array.isArray(value)) {
      complain(path, `${kindOf(value)}, not a list: each item begins with -`);
      return [];
    }
    if (value.length < least) complain(path, 'has no items');
    if (value.length > most) complain(path, `has more than ${most} items`);
    return value.map((item, index) => read(item, [...path, index], complain));
  };
}

/** A line of text of so many characters at most. */
export function line(most: number, pattern = /./, problem = 'is malformed'): Read<string> {
  return (value, path, complain) => {
    if (typeof value !== 'string') {
      complain(path, `${kindOf(value)}, not text`, quotingHint(value));
      return '';
    }
    if (value.trim() === '') complain(path, 'is empty');
    else if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) complain(path, 'is more than a line of text');
    else if (value.length > most) complain(path, `is longer than ${most} characters`);
    else if (!pattern.test(value)) complain(path, problem);
    return value;
  };
}

/** Names and values, both text. */
export const texts: Read<Readonly<Record<string, string>>> = (value, path, complain) => {
  if (!isJsonObject(value)) {
    complain(path, `${kindOf(value)}, not names and values: NAME: VALUE`);
    return {};
  }
  for (const [name, each] of Object.entries(value)) {
    if (typeof each === 'string') continue;
    complain([...path, name], `${kindOf(each)}, not text`, quotingHint(each));
  }
  return value as Readonly<Record<string, string>>;
};

export function choice<T extends string>(choices: readonly [T, ...T[]]): Read<T> {
  return (value, path, complain) => {
    const chosen = choices.find((each) => each === value);
    if (chosen !== undefined) return chosen;
    const meant = typeof value === 'string' ? nearestName(value, choices) : undefined;
    const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
    complain(path, `is none of ${choices.join(', ')}`, hint);
    return choices[0];
  };
}

export const flag: Read<boolean> = (value, path, complain) => {
  if (typeof value !== 'boolean') complain(path, 'is neither true nor false');
  return value === true;
};

/** `true`, where false is said by leaving the field out. */
export const only: Read<true> = (value, path, complain) => {
  if (value !== true) complain(path, 'is not true', 'leave it out where it is not');
  return true;
};

export function integer(least: number, most: number): Read<number> {
  return (value, path, complain) => {
    const isIt = typeof value === 'number' && Number.isInteger(value);
    if (!isIt || value < least || value > most) {
      complain(path, `is not a whole number from ${least} to ${most}`);
    }
    return value as number;
  };
}

function quotingHint(value: unknown): string | undefined {
  const isWord = typeof value === 'number' || typeof value === 'boolean';
  return isWord ? `put it in quotation marks: "${String(value)}"` : undefined;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'is empty';
  if (Array.isArray(value)) return 'is a list';
  if (typeof value === 'object') return 'is an object';
  return typeof value === 'string' ? 'is text' : `is a ${typeof value}`;
}
