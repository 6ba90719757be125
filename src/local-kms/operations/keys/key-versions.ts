import { assertEnabled, changeKey, findKey, findVersion } from '../../keys/key-lookup.ts';
import { keyVersionMetadata } from '../../keys/key-metadata.ts';
import { refusal } from '../../refusal.ts';
import { pageOf } from '../../request/lists.ts';
import { requiredText } from '../../request/read-parameter.ts';
import { newVersion } from '../../state/new-key.ts';
import { withVersion } from '../../state/rotation.ts';
import type { KeyVersion, KmsKey } from '../../state/state.ts';
import { isSymmetric } from '../../state/state.ts';
import type { OperationHandler } from '../operation.ts';

const MAX_VERSIONS = 50;
const MIN_INTERVAL_MS = 7 * 86_400_000;

/**
 * Makes a new version of a KMS key; for a symmetric key it becomes the primary one. KMS's pages contradict each other
 * (help 133838): the older one accepts asymmetric keys outside instances, at the earliest seven days after their last
 * version; the newer one accepts symmetric keys of software instances. Both are supported, and nothing else.
 */
export const createKeyVersion: OperationHandler = async (parameters, context) => {
  const { now, randomBytes, keyPairs } = context;
  const keyId = requiredText(parameters, 'KeyId');
  const key = findKey(context, keyId, 'kms:CreateKeyVersion');
  assertAcceptsVersion(key, now());
  const make = (): Promise<KeyVersion> => newVersion(key.keySpec, now(), randomBytes);
  const version = await (isSymmetric(key) ? make() : keyPairs.run(make));
  const changed = await changeKey(context, key.keyId, 'kms:CreateKeyVersion', (current) => {
    assertAcceptsVersion(current, now());
    return withVersion(current, version);
  });
  return { KeyVersion: keyVersionMetadata(changed, version) };
};

/** Describes a version of a KMS key, whatever the state of the key. */
export const describeKeyVersion: OperationHandler = (parameters, context) => {
  const keyId = requiredText(parameters, 'KeyId');
  const keyVersionId = requiredText(parameters, 'KeyVersionId');
  const key = findKey(context, keyId, 'kms:DescribeKeyVersion');
  return { KeyVersion: keyVersionMetadata(key, findVersion(key, keyVersionId)) };
};

/** Lists the versions of a KMS key, oldest first. GetPublicKey's KeyVersionId comes from here. */
export const listKeyVersions: OperationHandler = (parameters, context) => {
  const key = findKey(context, requiredText(parameters, 'KeyId'), 'kms:ListKeyVersions');
  const page = pageOf(parameters, key.versions);
  const versions = page.items.map((version) => keyVersionMetadata(key, version));
  return { KeyVersions: { KeyVersion: versions }, ...page.fields };
};

function assertAcceptsVersion(key: KmsKey, now: Date): void {
  const isInInstance = key.instanceId !== undefined;
  const accepts = isSymmetric(key)
    ? isInInstance && key.protectionLevel === 'SOFTWARE' && key.origin === 'Aliyun_KMS'
    : !isInInstance;
  if (!accepts) throw refusal('Rejected.UnsupportedOperation');
  assertEnabled(key);
  if (key.versions.length >= MAX_VERSIONS) throw refusal('Rejected.LimitExceeded');
  const last = key.versions.at(-1)?.createdAt.getTime() ?? 0;
  if (!isSymmetric(key) && now.getTime() - last < MIN_INTERVAL_MS) {
    throw refusal('Rejected.LimitExceeded');
  }
}
