import { assertEnabled, changeKey, findKey } from '../keys/key-lookup.ts';
import { keyVersionMetadata } from '../keys/key-metadata.ts';
import { requiredText } from '../request/read-parameter.ts';
import { refusal } from '../refusal.ts';
import { newVersion } from '../state/new-key.ts';
import type { KeyVersion, KmsKey } from '../state/state.ts';
import { isSymmetric } from '../state/state.ts';
import type { Operation } from './operation.ts';

const ACTION = 'kms:CreateKeyVersion';
const MAX_VERSIONS = 50;
const MIN_INTERVAL_MS = 7 * 86_400_000;

/**
 * Makes a new version of a KMS key; of a symmetric key it becomes the primary one. KMS's pages contradict each other
 * (help 133838): the older takes asymmetric keys outside of instances, seven days after their last version at the
 * earliest; the newer takes symmetric keys of software instances. Both are served, and nothing else.
 */
export const createKeyVersion: Operation = {
  action: 'CreateKeyVersion',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    const { now, randomBytes, keyPairs } = context;
    const keyId = requiredText(parameters, 'KeyId');
    const key = findKey(context, keyId, ACTION);
    assertTakesVersion(key, now());
    const make = (): Promise<KeyVersion> => newVersion(key.keySpec, now(), randomBytes);
    const version = await (isSymmetric(key) ? make() : keyPairs.run(make));
    const changed = await changeKey(context, key.keyId, ACTION, (current) => {
      assertTakesVersion(current, now());
      return { ...current, versions: [...current.versions, version] };
    });
    return { KeyVersion: keyVersionMetadata(changed, version) };
  },
};

function assertTakesVersion(key: KmsKey, now: Date): void {
  const isInInstance = key.instanceId !== undefined;
  const takes = isSymmetric(key)
    ? isInInstance && key.protectionLevel === 'SOFTWARE' && key.origin === 'Aliyun_KMS'
    : !isInInstance;
  if (!takes) throw refusal('Rejected.UnsupportedOperation');
  assertEnabled(key);
  if (key.versions.length >= MAX_VERSIONS) throw refusal('Rejected.LimitExceeded');
  const last = key.versions.at(-1)?.createdAt.getTime() ?? 0;
  if (!isSymmetric(key) && now.getTime() - last < MIN_INTERVAL_MS) {
    throw refusal('Rejected.LimitExceeded');
  }
}
