import type { JsonObject } from '../../../src/base/json.ts';
import { parsePolicy } from '../../../src/local-kms/permissions/policy.ts';
import type { AccessKey, KmsState } from '../../../src/local-kms/state/state.ts';

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: JsonObject;
}

/** The access key of a RAM user of the state's account that may do what these statements say. */
export function ramUser(state: KmsState, userName: string, statements: Statement[]): AccessKey {
  const [accountKey] = state.accessKeys.values();
  if (accountKey === undefined) throw new Error('no access key');
  const policy = parsePolicy({ Version: '1', Statement: statements });
  if (typeof policy === 'string') throw new Error(policy);
  return {
    ...accountKey,
    accessKeyId: `LTAI5t${userName}`,
    userName,
    policies: [policy],
  };
}

/** A state with more access keys. */
export function withAccessKeys(state: KmsState, ...keys: AccessKey[]): KmsState {
  const added = keys.map((key) => [key.accessKeyId, key] as const);
  return { ...state, accessKeys: new Map([...state.accessKeys, ...added]) };
}

/** A statement that allows actions on everything. */
export function allow(...actions: string[]): Statement {
  return { Effect: 'Allow', Action: actions, Resource: ['*'] };
}
