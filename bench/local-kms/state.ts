import { randomBytes, randomUUID } from 'node:crypto';
import { firstState } from '../../src/local-kms/state/first-state.ts';
import { formatState } from '../../src/local-kms/state/document/state-document.ts';

/** How many of what a state has; by default one. */
export interface StateSize {
  readonly keys?: number;
  /** All of the first key. */
  readonly aliases?: number;
}

/** A state of the embedded KMS, as its file has it. */
export async function stateOf(size: StateSize): Promise<Buffer> {
  const state = await firstState(new Date(), randomBytes);
  const [first] = state.keys.values();
  const [named] = state.aliases;
  if (first === undefined || named === undefined) throw new Error('a first state without a key');
  const keys = new Map(state.keys);
  while (keys.size < (size.keys ?? 1)) {
    const keyId = randomUUID();
    const { createdAt } = first;
    const versions = [{ keyVersionId: randomUUID(), createdAt, material: randomBytes(32) }];
    keys.set(keyId, { ...first, keyId, versions });
  }
  const aliases = new Map(state.aliases);
  const [arn, alias] = named;
  while (aliases.size < (size.aliases ?? 1)) {
    const more = `-${aliases.size}`;
    aliases.set(`${arn}${more}`, { ...alias, aliasName: `${alias.aliasName}${more}` });
  }
  return formatState({ ...state, keys, aliases });
}
