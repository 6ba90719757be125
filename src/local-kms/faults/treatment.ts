import type { KmsAnswer, Reply } from '../answer.ts';
import type { KmsRefusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { CallFaultEffect } from './fault.ts';

/** What faults do to one call. */
export interface Treatment {
  /** The kinds of the faults, for the log: `delay+cut`; empty without a fault. */
  readonly name: string;
  /** How long the answer waits after the work is done. */
  readonly delayMs: number;
  /** Whether an export under an SM2 key is written in DER. */
  readonly exportsSm2InDer: boolean;
  /** What else happens to the call. */
  readonly effect: Exclude<CallFaultEffect, { readonly kind: 'delay' | 'sm2-der' }> | undefined;
}

/** The treatment of a call that no fault strikes. */
export const UNTOUCHED: Treatment = {
  name: '',
  delayMs: 0,
  exportsSm2InDer: false,
  effect: undefined,
};

const PAGE = Buffer.from(
  '<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n',
);

/** Combines the effects on one call: all delays add up, `sm2-der` goes with any, and the first of the others counts. */
export function treatmentOf(effects: readonly CallFaultEffect[]): Treatment {
  let delayMs = 0;
  let exportsSm2InDer = false;
  let effect: Treatment['effect'];
  const names = new Set<string>();
  for (const each of effects) {
    if (each.kind === 'delay') delayMs += each.ms;
    else if (each.kind === 'sm2-der') exportsSm2InDer = true;
    else if (effect === undefined) effect = each;
    else continue;
    names.add(each.kind);
  }
  if (names.size === 0) return UNTOUCHED;
  return { name: [...names].join('+'), delayMs, exportsSm2InDer, effect };
}

/** The refusal that a call gets instead of its work. */
export function refusalInPlaceOfWork({ effect }: Treatment): KmsRefusal | undefined {
  if (effect?.kind === 'quota') return refusal('Rejected.Throttling');
  return effect?.kind === 'throttle' || effect?.kind === 'error' ? refusal(effect.code) : undefined;
}

/** Whether the call is lost before its work is done. */
export function losesCall({ effect }: Treatment): boolean {
  return effect?.kind === 'hang' || (effect?.kind === 'cut' && effect.when === 'before');
}

/** Turns an answer into what the client gets of it. */
export function treatedReply(answer: KmsAnswer, { delayMs, effect }: Treatment): Reply {
  switch (effect?.kind) {
    case undefined:
    case 'quota':
      return { ending: 'whole', answer, delayMs };
    case 'throttle':
    case 'error': {
      const { retryAfterSeconds } = effect;
      const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      return { ending: 'whole', answer: { ...answer, ...retry }, delayMs };
    }
    case 'hang':
      return { ending: 'never', delayMs };
    case 'cut':
      return { ending: 'cut', delayMs };
    case 'cut-body':
      return { ending: 'cut-body', answer, delayMs };
    case 'garbage':
      return { ending: 'whole', answer: garbage(answer, effect.form), delayMs };
  }
}

/** Says 200 but is not an answer: a web page, or JSON that breaks off. */
function garbage(answer: KmsAnswer, form: 'html' | 'json'): KmsAnswer {
  const { requestId, body } = answer;
  return form === 'html'
    ? { httpStatus: 200, requestId, body: PAGE, contentType: 'text/html' }
    : { httpStatus: 200, requestId, body: body.subarray(0, Math.floor(body.length / 2)) };
}
