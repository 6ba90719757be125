import { OPERATIONS } from '../operations/operations.ts';
import type { FaultSelection, InjectedFault } from './fault.ts';
import type { SpecParameter, SpecValues } from './fault-kinds.ts';
import { nearestName } from '../../base/text/nearly-right.ts';
import { FAULT_KINDS } from './fault-kinds.ts';

/** Why a SPEC is malformed. */
export interface FaultMistake {
  /** Where, and what belongs there: one line, lower case, no full stop. */
  readonly mistake: string;
}

const MAX_SPEC_LENGTH = 500;
const MAX_FAULTS = 100;

/** The parameters of a SPEC that say which calls it strikes. */
const SELECTION_PARAMETERS: Readonly<Record<string, SpecParameter>> = {
  after: { pattern: /^\d{1,9}$/, allowed: 'a whole number' },
  first: { pattern: /^[1-9]\d{0,8}$/, allowed: 'a whole number of at least 1' },
  probability: {
    pattern: /^(?:0\.(?=0*[1-9])\d{1,9}|1)$/,
    allowed: 'a number such as 0.25, more than 0 and at most 1',
  },
  seed: { pattern: /^\d{1,9}$/, allowed: 'a whole number of at most nine digits' },
};

/** For the kinds that strike calls, not connections. */
const ACTION_PARAMETER: SpecParameter = {
  pattern: new RegExp(`^(?:${[...OPERATIONS.keys()].join('|')})$`),
  allowed: 'an operation that this server offers, such as Decrypt',
};

/**
 * Reads a SPEC: `KIND`, or `KIND:NAME=VALUE,NAME=VALUE`. `docs/embedded-kms.md` has the table of kinds and
 * parameters.
 */
export function parseFault(spec: string): InjectedFault | FaultMistake {
  if (spec.length > MAX_SPEC_LENGTH) {
    return at(MAX_SPEC_LENGTH, `a fault has at most ${MAX_SPEC_LENGTH} characters`);
  }
  const [kindName = ''] = spec.split(':', 1);
  const kind = FAULT_KINDS.get(kindName);
  if (kind === undefined) {
    return at(0, unknownName('fault', kindName, [...FAULT_KINDS.keys()]));
  }
  const parameters = new Map(
    Object.entries({
      ...kind.parameters,
      // A certificate is shown before anything is known of a call.
      ...(kindName !== 'certificate' && kind.isSelective !== true && { action: ACTION_PARAMETER }),
      ...(kind.isSelective !== true && SELECTION_PARAMETERS),
    }),
  );
  const values = new Map<string, string>();
  let place = kindName.length + 1;
  for (const part of spec === kindName ? [] : spec.slice(place).split(',')) {
    const mistake = readPart(part, parameters, values);
    if (mistake !== undefined) return at(place, mistake);
    place += part.length + 1;
  }
  for (const [name, { isRequired }] of parameters) {
    if (isRequired === true && !values.has(name)) return at(spec.length, `${name}=… is missing`);
  }
  if (values.has('seed') && !values.has('probability')) {
    return at(spec.length, 'seed=… needs probability=…');
  }
  return { spec, effect: kind.effect(values), selection: readSelection(values) };
}

/**
 * Reads the SPECs of a server, in order.
 *
 * @param hasTls - whether the server shows certificates, which can be wrong
 * @returns the faults, or the first mistake, which says which SPEC it is in
 */
export function parseFaults(
  specs: readonly string[],
  hasTls: boolean,
): readonly InjectedFault[] | FaultMistake {
  if (specs.length > MAX_FAULTS) return { mistake: `there are more than ${MAX_FAULTS} faults` };
  const faults: InjectedFault[] = [];
  for (const [index, spec] of specs.entries()) {
    const fault = parseFault(spec);
    const mistake = isFaultMistake(fault) ? fault.mistake : unfit(fault, hasTls);
    if (mistake !== undefined) {
      return { mistake: specs.length === 1 ? mistake : `fault ${index + 1}, ${mistake}` };
    }
    if (!isFaultMistake(fault)) faults.push(fault);
  }
  return faults;
}

/** Whether `parseFault` or `parseFaults` found a mistake. */
export function isFaultMistake(result: object): result is FaultMistake {
  return 'mistake' in result;
}

function unfit({ effect }: InjectedFault, hasTls: boolean): string | undefined {
  if (effect.kind !== 'certificate' || hasTls) return undefined;
  return at(0, 'without TLS there is no certificate that could be wrong').mistake;
}

function readSelection(values: SpecValues): FaultSelection {
  const action = values.get('action');
  const first = values.get('first');
  const probability = values.get('probability');
  return {
    after: Number(values.get('after') ?? 0),
    ...(action !== undefined && { action }),
    ...(first !== undefined && { first: Number(first) }),
    ...(probability !== undefined && {
      chance: { probability: Number(probability), seed: Number(values.get('seed') ?? 1) },
    }),
  };
}

/** Adds one NAME=VALUE to `values`, or returns what is wrong with it. */
function readPart(
  part: string,
  parameters: ReadonlyMap<string, SpecParameter>,
  values: Map<string, string>,
): string | undefined {
  const [name = ''] = part.split('=', 1);
  const parameter = parameters.get(name);
  if (parameter === undefined) {
    return unknownName('parameter', name, [...parameters.keys()]);
  }
  if (values.has(name)) return `${name} is given twice`;
  const value = part.slice(name.length + 1);
  if (!parameter.pattern.test(value)) return `${name} takes ${parameter.allowed}`;
  values.set(name, value);
  return undefined;
}

function unknownName(what: string, name: string, names: readonly string[]): string {
  const meant = nearestName(name, names);
  const question = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `no ${what} ${quoted(name)}: ${names.join(', ')}${question}`;
}

/** @param place - the index of the wrong character */
function at(place: number, mistake: string): FaultMistake {
  return { mistake: `character ${place + 1}: ${mistake}` };
}

/** The text that was found, if it can be shown. */
function quoted(text: string): string {
  return /^[\x21-\x7e]{1,40}$/.test(text) ? `"${text}"` : 'of that name';
}
