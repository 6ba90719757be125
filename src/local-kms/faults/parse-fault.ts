import type { Fault } from './fault.ts';
import type { SpecParameter } from './fault-kinds.ts';
import { FAULT_KINDS } from './fault-kinds.ts';
import { ACTION_PARAMETER, SELECTION_PARAMETERS, readSelection } from './fault-selection.ts';

/** Why a SPEC is none. */
export interface FaultMistake {
  /** Where, and what belongs there: one line, lower case, no full stop. */
  readonly mistake: string;
}

const MAX_SPEC_LENGTH = 500;
const MAX_FAULTS = 100;

/**
 * Reads a SPEC: `KIND`, or `KIND:NAME=VALUE,NAME=VALUE`. `docs/embedded-kms.md` has the table of kinds and
 * parameters.
 */
export function parseFault(spec: string): Fault | FaultMistake {
  if (spec.length > MAX_SPEC_LENGTH) {
    return at(MAX_SPEC_LENGTH, `a fault has at most ${MAX_SPEC_LENGTH} characters`);
  }
  const [kindName = ''] = spec.split(':', 1);
  const kind = FAULT_KINDS.get(kindName);
  if (kind === undefined) {
    return at(0, `no fault ${quoted(kindName)}: ${[...FAULT_KINDS.keys()].join(', ')}`);
  }
  const parameters = new Map(
    Object.entries({
      ...kind.parameters,
      // A certificate is shown before anything is known of a call.
      ...(kindName !== 'certificate' && { action: ACTION_PARAMETER }),
      ...SELECTION_PARAMETERS,
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
 * @param hasTls - whether there are certificates that can be wrong
 * @returns the faults, or the first mistake, which says which SPEC it is in
 */
export function parseFaults(
  specs: readonly string[],
  hasTls: boolean,
): readonly Fault[] | FaultMistake {
  if (specs.length > MAX_FAULTS) return { mistake: `there are more than ${MAX_FAULTS} faults` };
  const faults: Fault[] = [];
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

export function isFaultMistake(result: object): result is FaultMistake {
  return 'mistake' in result;
}

function unfit({ effect }: Fault, hasTls: boolean): string | undefined {
  if (effect.kind !== 'certificate' || hasTls) return undefined;
  return at(0, 'without TLS there is no certificate that could be wrong').mistake;
}

/** Adds one NAME=VALUE to `values`, or says what is wrong with it. */
function readPart(
  part: string,
  parameters: ReadonlyMap<string, SpecParameter>,
  values: Map<string, string>,
): string | undefined {
  const [name = ''] = part.split('=', 1);
  const parameter = parameters.get(name);
  if (parameter === undefined) {
    return `no parameter ${quoted(name)}: ${[...parameters.keys()].join(', ')}`;
  }
  if (values.has(name)) return `${name} stands twice`;
  const value = part.slice(name.length + 1);
  if (!parameter.pattern.test(value)) return `${name} takes ${parameter.allowed}`;
  values.set(name, value);
  return undefined;
}

/** @param place - of the character that is wrong; the first is 0 */
function at(place: number, mistake: string): FaultMistake {
  return { mistake: `character ${place + 1}: ${mistake}` };
}

/** What was found, where it can be shown. */
function quoted(text: string): string {
  return /^[\x21-\x7e]{1,40}$/.test(text) ? `"${text}"` : 'of that name';
}
