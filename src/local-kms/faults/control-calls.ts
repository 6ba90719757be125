import type { JsonObject } from '../../base/json.ts';
import { parseJson } from '../../base/json.ts';
import type { Parameters } from '../request/parameters.ts';
import type { Caller } from '../permissions/caller.ts';
import { isAccountItself } from '../permissions/caller.ts';
import { requiredText } from '../request/read-parameter.ts';
import { refusal } from '../refusal.ts';
import type { FaultPlan } from './fault-plan.ts';
import { isFaultMistake, parseFaults } from './parse-fault.ts';

/** The faults of a running server, for its control calls. */
export interface FaultControl {
  readonly plan: FaultPlan;
  /** Without TLS the server does not show certificates. */
  readonly hasTls: boolean;
}

type ControlCall = (parameters: Parameters, control: FaultControl) => JsonObject;

/**
 * This server's own calls, by action; the real KMS does not have them. They are signed like every call, with the access
 * key of an account itself, and no fault strikes them.
 */
const CONTROL_CALLS: ReadonlyMap<string, ControlCall> = new Map<string, ControlCall>([
  ['KmsxGetFaults', (_parameters, { plan }) => reportOf(plan)],
  ['KmsxSetFaults', setFaults],
  [
    'KmsxClearFaults',
    (_parameters, { plan }) => {
      plan.replace([]);
      return reportOf(plan);
    },
  ],
]);

/** Whether an action is one of this server's own calls. */
export function isControlCall(action: string): boolean {
  return CONTROL_CALLS.has(action);
}

/**
 * Carries out one of this server's own calls.
 *
 * @returns `Faults`: for each its SPEC, how many calls it counted and how many of them it struck
 * @throws KmsRefusal `Forbidden.NoPermission` for an access key of a RAM user or role, `InvalidAction.NotFound`,
 * `MissingParameter`, `InvalidParameter`, which says what is wrong with the faults
 */
export function controlCall(
  action: string,
  parameters: Parameters,
  caller: Caller,
  control: FaultControl,
): JsonObject {
  const call = CONTROL_CALLS.get(action);
  if (call === undefined) throw refusal('InvalidAction.NotFound');
  if (!isAccountItself(caller.accessKey)) throw refusal('Forbidden.NoPermission');
  return call(parameters, control);
}

function setFaults(parameters: Parameters, { plan, hasTls }: FaultControl): JsonObject {
  const faults = parseFaults(readSpecs(requiredText(parameters, 'Faults')), hasTls);
  if (isFaultMistake(faults)) throw invalidFaults(faults.mistake);
  plan.replace(faults);
  return reportOf(plan);
}

/** A JSON array of SPECs, or one SPEC per line. */
function readSpecs(text: string): readonly string[] {
  if (!text.startsWith('[')) return text.split(/\r?\n/).filter((line) => line !== '');
  let specs: unknown;
  try {
    specs = parseJson(text, 'Faults');
  } catch {
    throw invalidFaults('not JSON');
  }
  const isSpecs = Array.isArray(specs) && specs.every((spec) => typeof spec === 'string');
  if (!isSpecs) throw invalidFaults('not a JSON array of strings');
  return specs as string[];
}

function invalidFaults(mistake: string): Error {
  return refusal('InvalidParameter', `The specified parameter "Faults" is not valid: ${mistake}.`);
}

function reportOf(plan: FaultPlan): JsonObject {
  return {
    Faults: plan
      .report()
      .map(({ spec, counted, struck }) => ({ Fault: spec, Counted: counted, Struck: struck })),
  };
}
