/** What an option takes, and that in words. */
export interface OptionCheck {
  readonly isRight: (value: unknown) => boolean;
  readonly wanted: string;
}

const FUNCTION: OptionCheck = {
  isRight: (value) => typeof value === 'function',
  wanted: 'a function',
};

const SIGNAL_METHODS = ['throwIfAborted', 'addEventListener', 'removeEventListener'];

/** Of the options of `startLocalKms`, which has their types. */
export const LOCAL_KMS_CHECKS = {
  port: {
    isRight: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
    wanted: 'a whole number from 0 to 65535',
  },
  seed: {
    isRight: (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
    wanted: 'an object, or JSON text',
  },
  state: {
    isRight: (value) => typeof value === 'string' && value !== '',
    wanted: 'the path of a folder',
  },
  tls: { isRight: (value) => typeof value === 'boolean', wanted: 'true or false' },
  faults: {
    isRight: (value) =>
      Array.isArray(value) && Array.from(value).every((spec: unknown) => typeof spec === 'string'),
    wanted: 'an array of strings',
  },
  log: FUNCTION,
  now: FUNCTION,
  signal: {
    isRight: (value) =>
      typeof value === 'object' &&
      value !== null &&
      SIGNAL_METHODS.every((name) => typeof Reflect.get(value, name) === 'function'),
    wanted: 'an AbortSignal',
  },
} as const satisfies Readonly<Record<string, OptionCheck>>;

/**
 * Refuses what the types do not allow, where nobody checks them: a misspelt name would be ignored.
 *
 * @throws TypeError
 */
export function checkOptions(options: object, checks: Readonly<Record<string, OptionCheck>>): void {
  if (Array.isArray(options)) throw new TypeError('the options are an object');
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      throw new TypeError(`no option ${name}: ${Object.keys(checks).join(', ')}`);
    }
    if (value !== undefined && !check.isRight(value)) {
      throw new TypeError(`${name} takes ${check.wanted}`);
    }
  }
}
