import type { FaultEffect } from './fault.ts';

/** The parameters of a SPEC, by name. Those that are there are known to be right. */
export type SpecValues = ReadonlyMap<string, string>;

export interface SpecParameter {
  readonly pattern: RegExp;
  /** What the pattern means, for messages. */
  readonly allowed: string;
  readonly isRequired?: true;
}

/** A kind of fault, as a SPEC names it. */
interface FaultKind {
  /** What it takes beside the parameters that select. */
  readonly parameters: Readonly<Record<string, SpecParameter>>;
  effect(values: SpecValues): FaultEffect;
}

const RETRY_AFTER: SpecParameter = { pattern: /^\d{1,4}$/, allowed: 'whole seconds, 0 to 9999' };

/** Every kind of fault, by the name that a SPEC begins with. */
export const FAULT_KINDS: ReadonlyMap<string, FaultKind> = new Map<string, FaultKind>([
  [
    'throttle',
    {
      parameters: {
        code: oneOf('Rejected.Throttling', 'Throttling.User'),
        'retry-after': RETRY_AFTER,
      },
      effect: (values) => ({
        kind: 'throttle',
        code: values.get('code') === 'Throttling.User' ? 'Throttling.User' : 'Rejected.Throttling',
        ...retryAfter(values),
      }),
    },
  ],
  [
    'error',
    {
      parameters: {
        code: oneOf('InternalFailure', 'ServiceUnavailableTemporary'),
        'retry-after': RETRY_AFTER,
      },
      effect: (values) => ({
        kind: 'error',
        code:
          values.get('code') === 'ServiceUnavailableTemporary'
            ? 'ServiceUnavailableTemporary'
            : 'InternalFailure',
        ...retryAfter(values),
      }),
    },
  ],
  [
    'delay',
    {
      parameters: {
        ms: {
          pattern: /^[1-9]\d{0,5}$/,
          allowed: 'whole milliseconds, 1 to 999999',
          isRequired: true,
        },
      },
      effect: (values) => ({ kind: 'delay', ms: Number(values.get('ms')) }),
    },
  ],
  ['hang', { parameters: {}, effect: () => ({ kind: 'hang' }) }],
  [
    'cut',
    {
      parameters: { when: oneOf('before', 'after') },
      effect: (values) => ({
        kind: 'cut',
        when: values.get('when') === 'after' ? 'after' : 'before',
      }),
    },
  ],
  ['cut-body', { parameters: {}, effect: () => ({ kind: 'cut-body' }) }],
  [
    'garbage',
    {
      parameters: { form: oneOf('html', 'json') },
      effect: (values) => ({
        kind: 'garbage',
        form: values.get('form') === 'json' ? 'json' : 'html',
      }),
    },
  ],
  [
    'certificate',
    {
      parameters: { wrong: oneOf('authority', 'name', 'date') },
      effect: (values) => {
        const wrong = values.get('wrong');
        const isOther = wrong === 'name' || wrong === 'date';
        return { kind: 'certificate', wrong: isOther ? wrong : 'authority' };
      },
    },
  ],
]);

/** One of a few words; the first is what an absent parameter means. */
function oneOf(...words: readonly string[]): SpecParameter {
  const escaped = words.map((word) => word.replaceAll('.', '\\.'));
  return { pattern: new RegExp(`^(?:${escaped.join('|')})$`), allowed: words.join(' or ') };
}

function retryAfter(values: SpecValues): { readonly retryAfterSeconds?: number } {
  const text = values.get('retry-after');
  return text === undefined ? {} : { retryAfterSeconds: Number(text) };
}
