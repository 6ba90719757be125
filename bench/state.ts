import { randomBytes, randomUUID } from 'node:crypto';
import { firstState } from '../src/local-kms/state/first-state.ts';
import { formatState } from '../src/local-kms/state/state-document.ts';

/** A state of the embedded KMS with so many KMS keys, as its file has it. */
export async function stateOf(size: number): Promise<Buffer> {
  const state = await firstState(new Date(), randomBytes);
  const [first] = state.keys.values();
  if (first === undefined) throw new Error('a first state without a key');
  const keys = new Map(state.keys);
  while (keys.size < size) {
    const keyId = randomUUID();
    const { createdAt } = first;
    const versions = [{ keyVersionId: randomUUID(), createdAt, material: randomBytes(32) }];
    keys.set(keyId, { ...first, keyId, versions });
  }
  return formatState({ ...state, keys });
}
