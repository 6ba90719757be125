import { isJsonObject } from '../../base/json.ts';
import { addressMatcher } from './address.ts';
import type { Report } from './mistake.ts';
import { pointer } from './mistake.ts';
import type { PolicyRequest } from './policy-request.ts';
import { matchesWildcard } from './wildcard.ts';

export type Effect = 'Allow' | 'Deny';

/** Whether a condition of a statement holds. */
export type Condition = (request: PolicyRequest, effect: Effect) => boolean;

/** Reads a fact of a request; undefined where the request has none of that name. */
type Fact<T> = (request: PolicyRequest) => T | undefined;

interface Operator {
  /** The condition, or what cannot be right: the key, or the place of a value in the list. */
  bind(key: string, values: readonly string[]): Condition | 'unknown key' | 'other key' | number;
}

type Facts<T> = ReadonlyMap<string, Fact<T>>;

const TEXTS: Facts<string> = new Map<string, Fact<string>>([
  ['acs:PrincipalARN', ({ principal }) => principal],
  ['acs:SourceIp', ({ facts }) => facts.sourceIp],
  // There is no VPC here.
  ['acs:SourceVpc', () => undefined],
]);
const ADDRESSES: Facts<string> = new Map<string, Fact<string>>([
  ['acs:SourceIp', ({ facts }) => facts.sourceIp],
]);
const TIMES: Facts<number> = new Map<string, Fact<number>>([
  ['acs:CurrentTime', ({ facts }) => Math.floor(facts.time.getTime() / 1000)],
]);
const TRUTHS: Facts<boolean> = new Map<string, Fact<boolean>>([
  ['acs:SecureTransport', ({ facts }) => facts.isSecure],
  // A call that an access key signs has no login, and so neither true nor false.
  ['acs:MFAPresent', () => undefined],
]);
/** No fact of a call to KMS is a number. */
const NUMBERS: Facts<never> = new Map<string, Fact<never>>();
const KEYS = [...new Set([TEXTS, TIMES, TRUTHS].flatMap((facts) => [...facts.keys()]))];
const TAG_PREFIX = 'kms:tag/';

const texts = {
  get: (name: string): Fact<string> | undefined => {
    if (!name.startsWith(TAG_PREFIX) || name === TAG_PREFIX) return TEXTS.get(name);
    const tag = name.slice(TAG_PREFIX.length);
    return ({ tags }) => tags?.get(tag);
  },
};

type Read<T> = (value: string) => ((actual: T) => boolean) | undefined;

const equals: Read<string> = (value) => (actual) => actual === value;
const equalsIgnoreCase: Read<string> = (value) => {
  const lower = value.toLowerCase();
  return (actual) => actual.toLowerCase() === lower;
};
const like: Read<string> = (value) => (actual) => matchesWildcard(value, actual);
const truth: Read<boolean> = (value) =>
  /^(?:true|false)$/i.test(value) ? (actual) => String(actual) === value.toLowerCase() : undefined;
const number: Read<never> = () => undefined;
const time =
  (holds: (actual: number, value: number) => boolean): Read<number> =>
  (value) => {
    const seconds = parseTime(value);
    return seconds === undefined ? undefined : (actual) => holds(actual, seconds);
  };
const sameTime = time((actual, value) => actual === value);

/** RAM's condition operators. It has no …IfExists and no Null, and refuses them. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', operator(texts, equals)],
  ['StringNotEquals', operator(texts, equals, true)],
  ['StringEqualsIgnoreCase', operator(texts, equalsIgnoreCase)],
  ['StringNotEqualsIgnoreCase', operator(texts, equalsIgnoreCase, true)],
  ['StringLike', operator(texts, like)],
  ['StringNotLike', operator(texts, like, true)],
  ['NumericEquals', operator(NUMBERS, number)],
  ['NumericNotEquals', operator(NUMBERS, number, true)],
  ['NumericLessThan', operator(NUMBERS, number)],
  ['NumericLessThanEquals', operator(NUMBERS, number)],
  ['NumericGreaterThan', operator(NUMBERS, number)],
  ['NumericGreaterThanEquals', operator(NUMBERS, number)],
  ['DateEquals', operator(TIMES, sameTime)],
  ['DateNotEquals', operator(TIMES, sameTime, true)],
  [
    'DateLessThan',
    operator(
      TIMES,
      time((actual, value) => actual < value),
    ),
  ],
  [
    'DateLessThanEquals',
    operator(
      TIMES,
      time((actual, value) => actual <= value),
    ),
  ],
  [
    'DateGreaterThan',
    operator(
      TIMES,
      time((actual, value) => actual > value),
    ),
  ],
  [
    'DateGreaterThanEquals',
    operator(
      TIMES,
      time((actual, value) => actual >= value),
    ),
  ],
  ['Bool', operator(TRUTHS, truth)],
  ['IpAddress', operator(ADDRESSES, addressMatcher)],
  ['NotIpAddress', operator(ADDRESSES, addressMatcher, true)],
]);

/**
 * Reads the Condition of a statement: `{"OPERATOR":{"KEY":VALUE or [VALUE,…]}}`. All operators and keys must hold; of
 * several values one is enough, and with a Not… operator none may match.
 *
 * A fact that the request does not have fails every operator; only in a Deny a Not… operator holds then.
 */
export function readCondition(value: unknown, path: string, report: Report): readonly Condition[] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) {
    report(path, 'must be an object of condition operators');
    return [];
  }
  return Object.entries(value).flatMap(([name, keys]) => {
    const at = pointer(path, name);
    const found = OPERATORS.get(name);
    if (found === undefined) {
      report(at, `is no condition operator of RAM; those are ${[...OPERATORS.keys()].join(', ')}`);
      return [];
    }
    if (!isJsonObject(keys) || Object.keys(keys).length === 0) {
      report(at, 'must be an object of condition keys');
      return [];
    }
    return Object.entries(keys).flatMap(([key, values]) =>
      bind(found, name, key, values, pointer(at, key), report),
    );
  });
}

function bind(
  found: Operator,
  name: string,
  key: string,
  given: unknown,
  path: string,
  report: Report,
): readonly Condition[] {
  const values = readValues(given);
  if (values === undefined) {
    report(path, 'must be a value or a list of values');
    return [];
  }
  const condition = found.bind(key, values);
  if (typeof condition === 'function') return [condition];
  if (condition === 'unknown key') {
    report(path, `is no condition key here; those are ${KEYS.join(', ')}, ${TAG_PREFIX}NAME`);
  } else if (condition === 'other key') {
    report(path, `does not go with ${name}`);
  } else {
    report(
      Array.isArray(given) ? pointer(path, condition) : path,
      `is no value for ${name}${name.startsWith('Date') ? ': 2026-01-31T17:00:00+08:00 is one' : ''}`,
    );
  }
  return [];
}

function operator<T>(facts: Pick<Facts<T>, 'get'>, read: Read<T>, isNegated = false): Operator {
  return {
    bind: (key, values) => {
      const fact = facts.get(key);
      if (fact === undefined) {
        return KEYS.includes(key) || texts.get(key) !== undefined ? 'other key' : 'unknown key';
      }
      const tests: ((actual: T) => boolean)[] = [];
      for (const [index, value] of values.entries()) {
        const test = read(value);
        if (test === undefined) return index;
        tests.push(test);
      }
      return (request, effect) => {
        const actual = fact(request);
        if (actual === undefined) return isNegated && effect === 'Deny';
        return tests.some((test) => test(actual)) !== isNegated;
      };
    },
  };
}

function readValues(value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = values.flatMap((item) =>
    typeof item === 'string' || typeof item === 'boolean' ? [String(item)] : [],
  );
  return texts.length === values.length && texts.length > 0 ? texts : undefined;
}

/** A time of ISO 8601 as RAM's pages write it, in seconds since 1970. */
function parseTime(value: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/.test(value)) {
    return undefined;
  }
  const milliseconds = Date.parse(value);
  // A day that the month does not have is carried into the next.
  const isDay = isDayOf(value.slice(0, 10));
  return Number.isNaN(milliseconds) || !isDay ? undefined : Math.floor(milliseconds / 1000);
}

function isDayOf(date: string): boolean {
  const milliseconds = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(date);
}
