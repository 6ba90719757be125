import { decodeBase64 } from '../../base/bytes/bytes.ts';
import { pointer } from '../mistake.ts';
import { CURRENT, MAX_SECRET_DATA_BYTES, MAX_STAGES, PREVIOUS } from '../secrets/secret-version.ts';
import type { KmsKey, Secret, SecretVersion } from '../state/state.ts';
import { isSymmetric } from '../state/state.ts';
import type { SeedSecret, SeedSecretVersion } from './seed-document.ts';
import type { SeedReader } from './seed-reader.ts';

/**
 * Reads a generic secret of a seed.
 *
 * @param keys - those of its account
 */
export function readSecret(
  seed: SeedSecret,
  accountId: string,
  keys: readonly KmsKey[],
  path: string,
  reader: SeedReader,
): Secret {
  const { EncryptionKeyId: encryptionKeyId, DKMSInstanceId: instanceId } = seed;
  const createdAt = reader.time(pointer(path, 'CreateTime'), seed.CreateTime);
  reader.claim(`SecretName of ${accountId}`, seed.SecretName, pointer(path, 'SecretName'));
  checkEncryptionKey(seed, keys, path, reader);
  const at = pointer(path, 'Versions');
  const count = seed.Versions.length;
  const versions = seed.Versions.map((version, index) =>
    readVersion(version, createdAt, count - index, pointer(at, index), reader),
  );
  checkVersions(versions, at, reader);
  return {
    accountId,
    secretName: seed.SecretName,
    description: seed.Description ?? '',
    createdAt,
    updatedAt: versions.at(-1)?.createdAt ?? createdAt,
    tags: reader.tags(pointer(path, 'Tags'), seed.Tags),
    versions,
    ...(encryptionKeyId !== undefined && { encryptionKeyId }),
    ...(instanceId !== undefined && { instanceId }),
  };
}

function checkEncryptionKey(
  { EncryptionKeyId: keyId, DKMSInstanceId: instanceId }: SeedSecret,
  keys: readonly KmsKey[],
  path: string,
  reader: SeedReader,
): void {
  const at = pointer(path, 'EncryptionKeyId');
  if (keyId === undefined) {
    if (instanceId !== undefined) reader.report(at, 'is missing, which DKMSInstanceId needs');
    return;
  }
  const key = keys.find((candidate) => candidate.keyId === keyId);
  if (key === undefined || !isSymmetric(key) || key.instanceId !== instanceId) {
    reader.report(at, 'must be the KeyId of a symmetric key of this account and KMS instance');
  }
}

/** @param fromLast - 1 for the last version, 2 for the one before */
function readVersion(
  seed: SeedSecretVersion,
  createdAt: Date,
  fromLast: number,
  path: string,
  reader: SeedReader,
): SecretVersion {
  const { SecretDataType: dataType = 'text', SecretData: data, CreateTime: time } = seed;
  if (dataType === 'binary' && decodeBase64(data) === undefined) {
    reader.report(pointer(path, 'SecretData'), 'must be base64 for SecretDataType binary');
  }
  if (Buffer.byteLength(data) > MAX_SECRET_DATA_BYTES) {
    reader.report(pointer(path, 'SecretData'), `must have at most ${MAX_SECRET_DATA_BYTES} bytes`);
  }
  const usual = fromLast === 1 ? [CURRENT] : fromLast === 2 ? [PREVIOUS] : [];
  return {
    versionId: seed.VersionId,
    createdAt: time === undefined ? createdAt : reader.time(pointer(path, 'CreateTime'), time),
    dataType,
    data,
    stages: seed.VersionStages ?? usual,
  };
}

function checkVersions(
  versions: readonly SecretVersion[],
  path: string,
  { report }: SeedReader,
): void {
  const ids = versions.map(({ versionId }) => versionId);
  const stages = versions.flatMap((version) => version.stages);
  if (new Set(ids).size !== ids.length) report(path, 'must not have the same VersionId twice');
  if (new Set(stages).size !== stages.length) report(path, 'must not have a label at two versions');
  if (!stages.includes(CURRENT)) report(path, `must have a version with the label ${CURRENT}`);
  if (stages.length > MAX_STAGES) report(path, `must have at most ${MAX_STAGES} labels`);
}
