import type { JsonObject } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import type { Report } from '../mistake.ts';
import { pointer } from '../mistake.ts';
import type { AccessRequest } from './access-request.ts';
import type { Effect } from './condition.ts';
import { readCondition } from './condition.ts';
import { matchesWildcard } from './wildcard.ts';

/** `ram`: what a RAM user or role may do. `key`: who may do what to the KMS key that the policy belongs to. */
export type PolicyKind = 'ram' | 'key';

export interface Statement {
  readonly effect: Effect;
  /** Whether the statement applies to this request; its conditions are checked too. */
  covers(request: AccessRequest): boolean;
}

type Test = (request: AccessRequest) => boolean;

const ELEMENTS: Readonly<Record<PolicyKind, readonly string[]>> = {
  ram: ['Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
  key: ['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'Condition'],
};
const ACTION = /^(?:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/;
const KEY_ACTION = /^kms:[A-Za-z0-9*?]+$/i;
const RESOURCE = /^(?:\*|acs:[^:]+:[^:]*:[^:]*:.+)$/s;
const SID = /^[A-Za-z0-9 _/+=.@-]{1,128}$/;
const PRINCIPAL =
  /^(?:\*|acs:ram::\d{1,32}:(?:\*|root|user\/[A-Za-z0-9.@_-]{1,64}|role\/[A-Za-z0-9.@_-]{1,64}))$/;

/** The actions that a key policy can allow; it may list others, "but the setting does not take effect" (its page, 2025). */
const KEY_POLICY_ACTIONS = [
  ...['List*', 'Describe*', 'Create*', 'Enable*', 'Disable*', 'Get*', 'Set*', 'Update*', 'Delete*'],
  ...['Cancel*', 'TagResource', 'UntagResource', 'ImportKeyMaterial', 'ScheduleKeyDeletion'],
  ...['Encrypt', 'Decrypt', 'GenerateDataKey', 'GenerateAndExportDataKey'],
  ...['AsymmetricEncrypt', 'AsymmetricDecrypt'],
].map((name) => `kms:${name}`.toLowerCase());

/** Reads a statement of a policy and reports its mistakes. With mistakes, it must not be used. */
export function readStatement(
  value: unknown,
  kind: PolicyKind,
  path: string,
  report: Report,
): Statement {
  if (!isJsonObject(value)) {
    report(path, 'must be an object');
    return { effect: 'Deny', covers: () => true };
  }
  for (const name of Object.keys(value)) {
    if (ELEMENTS[kind].includes(name)) continue;
    report(
      pointer(path, name),
      kind === 'ram' && name === 'Principal'
        ? 'belongs in a key policy'
        : `is not an element of a statement; those are ${ELEMENTS[kind].join(', ')}`,
    );
  }
  const isAllow = value['Effect'] === 'Allow';
  if (!isAllow && value['Effect'] !== 'Deny') {
    report(pointer(path, 'Effect'), 'must be Allow or Deny');
  }
  const effect = isAllow ? 'Allow' : 'Deny';
  const tests = [
    readActions(value, kind, path, report),
    ...(kind === 'ram'
      ? [readResources(value, path, report)]
      : readKeyElements(value, isAllow, path, report)),
  ];
  if (hasVpcCondition(value['Condition']) && !isForKmsAlone(value['Action'])) {
    const problem = 'must begin with kms: throughout, for the condition on acs:SourceVpc';
    report(pointer(path, 'Action'), problem);
  }
  const conditions =
    value['Condition'] === undefined
      ? []
      : readCondition(value['Condition'], pointer(path, 'Condition'), report);
  return {
    effect,
    covers: (request) =>
      tests.every((test) => test(request)) && conditions.every((holds) => holds(request, effect)),
  };
}

function hasVpcCondition(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    Object.values(value).some((keys) => isJsonObject(keys) && 'acs:SourceVpc' in keys)
  );
}

/** What a condition on acs:SourceVpc needs (page "Policy condition keys"): `*` and `k*` are not enough. */
function isForKmsAlone(actions: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(actions) ? actions : [actions];
  return list.every((action) => typeof action === 'string' && /^kms:/i.test(action));
}

/** Actions match in any letter case (help 93738). */
function readActions(value: JsonObject, kind: PolicyKind, path: string, report: Report): Test {
  const isKey = kind === 'key';
  const problem = isKey
    ? 'must be an action of KMS, such as kms:Decrypt or kms:*'
    : 'must be an action, such as kms:Decrypt, kms:Describe* or *';
  const [list, isNegated] = oneOf(value, 'Action', 'NotAction', path, report);
  const texts = readTexts(list, report, isKey ? KEY_ACTION : ACTION, problem);
  const patterns = distinct(texts.map((text) => text.toLowerCase()));
  return ({ action }) => matchesAny(patterns, action) !== isNegated;
}

function readResources(value: JsonObject, path: string, report: Report): Test {
  const problem = 'must be * or an ARN, such as acs:kms:*:ACCOUNT:key/KEY_ID';
  const [list, isNegated] = oneOf(value, 'Resource', 'NotResource', path, report);
  const patterns = distinct(readTexts(list, report, RESOURCE, problem));
  return ({ resource }) => matchesAny(patterns, resource) !== isNegated;
}

function readKeyElements(
  value: JsonObject,
  isAllow: boolean,
  path: string,
  report: Report,
): readonly Test[] {
  const sid = value['Sid'];
  if (sid !== undefined && !(typeof sid === 'string' && SID.test(sid))) {
    report(pointer(path, 'Sid'), 'must be 1 to 128 letters, digits, blanks and _/+=.@-');
  }
  const resources = { path: pointer(path, 'Resource'), value: value['Resource'] };
  readTexts(resources, report, /^\*$/, 'must be *, the key that the policy belongs to');
  const tests = [readPrincipals(value['Principal'], pointer(path, 'Principal'), report)];
  if (isAllow) {
    tests.push(({ action }) => matchesAny(KEY_POLICY_ACTIONS, action));
  }
  return tests;
}

function readPrincipals(value: unknown, path: string, report: Report): Test {
  const problem = 'must be *, or {"RAM":["acs:ram::ACCOUNT:user/NAME"]} with *, root, user/, role/';
  if (value === '*') return () => true;
  if (!isJsonObject(value) || Object.keys(value).join() !== 'RAM') {
    report(path, problem);
    return () => false;
  }
  const list = { path: pointer(path, 'RAM'), value: value['RAM'] };
  const patterns = distinct(readTexts(list, report, PRINCIPAL, problem));
  return ({ principal }) => matchesAny(patterns, principal);
}

/** A policy may repeat a name a thousand times. */
function distinct(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns)];
}

function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => matchesWildcard(pattern, text));
}

interface Element {
  readonly path: string;
  readonly value: unknown;
}

function oneOf(
  value: JsonObject,
  name: string,
  negatedName: string,
  path: string,
  report: Report,
): [element: Element, isNegated: boolean] {
  const isNegated = value[name] === undefined && value[negatedName] !== undefined;
  if (value[name] !== undefined && value[negatedName] !== undefined) {
    report(path, `must have ${name} or ${negatedName}, not both`);
  }
  const used = isNegated ? negatedName : name;
  return [{ path: pointer(path, used), value: value[used] }, isNegated];
}

/** The texts of an element that may be one text or a list of them. */
function readTexts(
  { path, value }: Element,
  report: Report,
  pattern: RegExp,
  problem: string,
): readonly string[] {
  const isList = Array.isArray(value);
  const values: readonly unknown[] = isList ? value : [value];
  if (values.length === 0) report(path, problem);
  return values.flatMap((item, index) => {
    if (typeof item === 'string' && pattern.test(item)) return [item];
    report(isList ? pointer(path, index) : path, problem);
    return [];
  });
}
