import type { FaultEffect } from './fault.ts';
import type { QuotaName } from './quota.ts';
import { QUOTAS } from './quota.ts';

/** The parameters of a SPEC, by name, already checked. */
export type SpecValues = ReadonlyMap<string, string>;

export interface SpecParameter {
  readonly pattern: RegExp;
  /** What the pattern means, for messages. */
  readonly allowed: string;
  readonly isRequired?: true;
}

/** A kind of fault, as a SPEC names it. */
interface FaultKind {
  /** Its own parameters, beside those that select calls. */
  readonly parameters: Readonly<Record<string, SpecParameter>>;
  /** Whether it selects calls by itself, and not by the parameters for that. */
  readonly isSelective?: true;
  effect(values: SpecValues): FaultEffect;
}

/** The words of a parameter; the first is the default. */
type Words<T> = readonly [T, ...T[]];

const THROTTLING_CODES = ['Rejected.Throttling', 'Throttling.User'] as const;
const ERROR_CODES = ['InternalFailure', 'ServiceUnavailableTemporary'] as const;
const WHEN = ['before', 'after'] as const;
const FORMS = ['html', 'json'] as const;
const WRONG = ['authority', 'name', 'date'] as const;
const RETRY_AFTER: SpecParameter = { pattern: /^\d{1,4}$/, allowed: 'whole seconds, 0 to 9999' };
const PER_SECOND: SpecParameter = {
  pattern: /^[1-9]\d{0,5}$/,
  allowed: 'calls a second, 1 to 999999',
};
const MILLISECONDS: SpecParameter = {
  pattern: /^[1-9]\d{0,5}$/,
  allowed: 'whole milliseconds, 1 to 999999',
  isRequired: true,
};

/** Every kind of fault, by the name that a SPEC begins with. What it does to a call is in `treatment.ts`. */
export const FAULT_KINDS: ReadonlyMap<string, FaultKind> = new Map<string, FaultKind>([
  [
    'throttle',
    {
      parameters: { code: oneOf(THROTTLING_CODES), 'retry-after': RETRY_AFTER },
      effect: (values) => ({
        kind: 'throttle',
        code: chosen(values, 'code', THROTTLING_CODES),
        ...retryAfter(values),
      }),
    },
  ],
  [
    'error',
    {
      parameters: { code: oneOf(ERROR_CODES), 'retry-after': RETRY_AFTER },
      effect: (values) => ({
        kind: 'error',
        code: chosen(values, 'code', ERROR_CODES),
        ...retryAfter(values),
      }),
    },
  ],
  [
    'quota',
    {
      parameters: {
        reads: PER_SECOND,
        creates: PER_SECOND,
        writes: PER_SECOND,
        exports: PER_SECOND,
      } satisfies Record<QuotaName, SpecParameter>,
      isSelective: true,
      effect: (values) => ({
        kind: 'quota',
        quotas: {
          reads: perSecond(values, 'reads'),
          creates: perSecond(values, 'creates'),
          writes: perSecond(values, 'writes'),
          exports: perSecond(values, 'exports'),
        },
      }),
    },
  ],
  [
    'delay',
    {
      parameters: { ms: MILLISECONDS },
      effect: (values) => ({ kind: 'delay', ms: Number(values.get('ms')) }),
    },
  ],
  ['hang', { parameters: {}, effect: () => ({ kind: 'hang' }) }],
  [
    'cut',
    {
      parameters: { when: oneOf(WHEN) },
      effect: (values) => ({ kind: 'cut', when: chosen(values, 'when', WHEN) }),
    },
  ],
  ['cut-body', { parameters: {}, effect: () => ({ kind: 'cut-body' }) }],
  [
    'garbage',
    {
      parameters: { form: oneOf(FORMS) },
      effect: (values) => ({ kind: 'garbage', form: chosen(values, 'form', FORMS) }),
    },
  ],
  ['sm2-der', { parameters: {}, effect: () => ({ kind: 'sm2-der' }) }],
  [
    'certificate',
    {
      parameters: { wrong: oneOf(WRONG) },
      effect: (values) => ({ kind: 'certificate', wrong: chosen(values, 'wrong', WRONG) }),
    },
  ],
]);

function oneOf(words: Words<string>): SpecParameter {
  const escaped = words.map((word) => word.replaceAll('.', '\\.'));
  return { pattern: new RegExp(`^(?:${escaped.join('|')})$`), allowed: words.join(' or ') };
}

function chosen<T extends string>(values: SpecValues, name: string, words: Words<T>): T {
  return words.find((word) => word === values.get(name)) ?? words[0];
}

function retryAfter(values: SpecValues): { readonly retryAfterSeconds?: number } {
  const text = values.get('retry-after');
  return text === undefined ? {} : { retryAfterSeconds: Number(text) };
}

function perSecond(values: SpecValues, name: QuotaName): number {
  return Number(values.get(name) ?? QUOTAS[name].perSecond);
}
