import { BlockList, isIP } from 'node:net';
import { isJsonObject } from '../../base/json.ts';
import type { Report } from '../mistake.ts';
import { pointer } from '../mistake.ts';
import type { AccessRequest } from './access-request.ts';
import { matchesWildcard } from './wildcard.ts';

export type Effect = 'Allow' | 'Deny';

/** Whether a condition of a statement holds. */
export type Condition = (request: AccessRequest, effect: Effect) => boolean;

/** Reads a fact of a request; undefined where the request does not have it. */
type Fact<T> = (request: AccessRequest) => T | undefined;

interface Operator {
  /** The condition, or what is wrong: the key, or the value at this index of the list. */
  bind(key: string, values: readonly string[]): Condition | 'unknown key' | 'other key' | number;
}

type Facts<T> = ReadonlyMap<string, Fact<T>>;

const TEXTS: Facts<string> = new Map<string, Fact<string>>([
  ['acs:PrincipalARN', ({ principal }) => principal],
  ['acs:SourceIp', ({ facts }) => facts.sourceIp],
  // There is no VPC here; and a dedicated gateway does not know of these two (page of the SDKs, 2025-04).
  ['acs:SourceVpc', () => undefined],
  ['acs:VpcSourceIp', () => undefined],
  ['kms:EncryptionAlgorithm', ({ encryption }) => encryption?.algorithm],
]);
const ADDRESSES: Facts<string> = new Map<string, Fact<string>>([
  ['acs:SourceIp', ({ facts }) => facts.sourceIp],
  ['acs:VpcSourceIp', () => undefined],
]);
const TIMES: Facts<number> = new Map<string, Fact<number>>([
  ['acs:CurrentTime', ({ facts }) => Math.floor(facts.time.getTime() / 1000)],
]);
const TRUTHS: Facts<boolean> = new Map<string, Fact<boolean>>([
  ['acs:SecureTransport', ({ facts }) => facts.isSecure],
  // A call signed with an access key involves no login, so this is neither true nor false.
  ['acs:MFAPresent', () => undefined],
]);
/** None of the facts about a call to KMS is a number. */
const NUMBERS: Facts<never> = new Map<string, Fact<never>>();
const KEYS = [...new Set([TEXTS, TIMES, TRUTHS].flatMap((facts) => [...facts.keys()]))];

/** Keys that end with a name: what gives the value of that name. */
const NAMED: ReadonlyMap<string, (request: AccessRequest) => Named> = new Map<
  string,
  (request: AccessRequest) => Named
>([
  ['kms:tag/', ({ tags }) => tags],
  ['kms:EncryptionContext:', ({ encryption }) => encryption?.context],
]);
type Named = ReadonlyMap<string, string> | undefined;

const texts = {
  get: (key: string): Fact<string> | undefined => {
    for (const [prefix, valuesOf] of NAMED) {
      if (!key.startsWith(prefix) || key === prefix) continue;
      const name = key.slice(prefix.length);
      return (request) => valuesOf(request)?.get(name);
    }
    return TEXTS.get(key);
  },
};

/** Reads a value of a condition; undefined if it is malformed. */
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
  (holds: Comparison): Read<number> =>
  (value) => {
    const seconds = parseTime(value);
    return seconds === undefined ? undefined : (actual) => holds(actual, seconds);
  };

type Comparison = (actual: number, value: number) => boolean;

/** Of numbers and of dates; a Not… operator negates the comparison. */
const COMPARISONS: readonly (readonly [name: string, holds: Comparison])[] = [
  ['Equals', (actual, value) => actual === value],
  ['NotEquals', (actual, value) => actual === value],
  ['LessThan', (actual, value) => actual < value],
  ['LessThanEquals', (actual, value) => actual <= value],
  ['GreaterThan', (actual, value) => actual > value],
  ['GreaterThanEquals', (actual, value) => actual >= value],
];

/** RAM's condition operators. RAM refuses …IfExists and Null. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', operator(texts, equals)],
  ['StringNotEquals', operator(texts, equals, true)],
  ['StringEqualsIgnoreCase', operator(texts, equalsIgnoreCase)],
  ['StringNotEqualsIgnoreCase', operator(texts, equalsIgnoreCase, true)],
  ['StringLike', operator(texts, like)],
  ['StringNotLike', operator(texts, like, true)],
  ...COMPARISONS.map(([name]) => [`Numeric${name}`, operator(NUMBERS, number)] as const),
  ...COMPARISONS.map(
    ([name, holds]) => [`Date${name}`, operator(TIMES, time(holds), name === 'NotEquals')] as const,
  ),
  ['Bool', operator(TRUTHS, truth)],
  ['IpAddress', operator(ADDRESSES, addressMatcher)],
  ['NotIpAddress', operator(ADDRESSES, addressMatcher, true)],
]);

/**
 * Reads the Condition of a statement: `{"OPERATOR":{"KEY":VALUE or [VALUE,…]}}`. All operators and keys must hold; of
 * several values one is enough, and with a Not… operator none may match.
 *
 * A condition on a fact that the request does not have is false, but for a Not… operator in a Deny.
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
      report(
        at,
        `is not a condition operator of RAM; those are ${[...OPERATORS.keys()].join(', ')}`,
      );
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
    const named = [...NAMED.keys()].map((prefix) => `${prefix}NAME`);
    report(path, `is not a condition key here; those are ${[...KEYS, ...named].join(', ')}`);
  } else if (condition === 'other key') {
    report(path, `does not go with ${name}`);
  } else {
    report(
      Array.isArray(given) ? pointer(path, condition) : path,
      `is not a value for ${name}${name.startsWith('Date') ? ': 2026-01-31T17:00:00+08:00 is one' : ''}`,
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

/** Parses an ISO 8601 time as in RAM's pages; in seconds since 1970. */
function parseTime(value: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/.test(value)) {
    return undefined;
  }
  const milliseconds = Date.parse(value);
  // Date.parse carries a day that the month does not have into the next month.
  const isDay = isDayOf(value.slice(0, 10));
  return Number.isNaN(milliseconds) || !isDay ? undefined : Math.floor(milliseconds / 1000);
}

function isDayOf(date: string): boolean {
  const milliseconds = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(date);
}

/**
 * Makes a matcher of an IP address or range (RFC 4632, RFC 4291): `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`;
 * undefined if it is malformed.
 */
function addressMatcher(range: string): ((address: string) => boolean) | undefined {
  const [network = '', length, ...rest] = range.split('/');
  const version = isIP(network);
  if (version === 0 || network.includes('%') || rest.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return undefined;
  const list = new BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, prefix, family);
  return (address) => isIP(address) === version && list.check(address, family);
}
