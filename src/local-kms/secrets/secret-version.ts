import { decodeBase64, equalBytes } from '../../base/bytes/bytes.ts';
import type { Parameters } from '../request/parameters.ts';
import { optionalChoice, optionalJson, requiredText } from '../request/read-parameter.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import type { Secret, SecretVersion } from '../state/state.ts';

export const CURRENT = 'ACSCurrent';
export const PREVIOUS = 'ACSPrevious';
/** In bytes of UTF-8. */
export const MAX_SECRET_DATA_BYTES = 30_720;
/** The most labels that the versions of a secret can have together. */
export const MAX_STAGES = 8;

export const VERSION_ID = /^[A-Za-z0-9_/+=.@-]{1,64}$/;
const MAX_VERSIONS = 10;

/** A value to be stored. */
export type SecretValue = Pick<SecretVersion, 'versionId' | 'dataType' | 'data'>;

/**
 * Reads `VersionId`, `SecretData` and `SecretDataType` (help 154490). SecretData has at most 30,720 bytes in UTF-8; with
 * the type binary it is base64.
 *
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`
 */
export function readSecretValue(parameters: Parameters): SecretValue {
  const versionId = requiredText(parameters, 'VersionId');
  if (!VERSION_ID.test(versionId)) throw invalidParameter('VersionId');
  const data = requiredText(parameters, 'SecretData');
  const dataType = optionalChoice(parameters, 'SecretDataType', ['text', 'binary']) ?? 'text';
  const isGood = Buffer.byteLength(data) <= MAX_SECRET_DATA_BYTES;
  if (!isGood || (dataType === 'binary' && decodeBase64(data) === undefined)) {
    throw invalidParameter('SecretData');
  }
  return { versionId, dataType, data };
}

/**
 * Reads the labels of a new version from `VersionStages` (help 154503): `["ACSCurrent","next"]`; `ACSCurrent` by
 * default. Callers cannot assign `ACSPrevious`.
 *
 * @throws KmsRefusal `InvalidParameter`
 */
export function readStages(parameters: Parameters): readonly string[] {
  const stages = optionalJson(parameters, 'VersionStages') ?? [CURRENT];
  if (!isListOfStages(stages)) throw invalidParameter('VersionStages');
  return stages;
}

function isListOfStages(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_STAGES) return false;
  const isGood = (stage: unknown): boolean =>
    typeof stage === 'string' && VERSION_ID.test(stage) && stage !== PREVIOUS;
  return value.every(isGood) && new Set(value).size === value.length;
}

/** The first version of a secret. */
export function firstVersion(value: SecretValue, createdAt: Date): SecretVersion {
  return { ...value, createdAt, stages: [CURRENT] };
}

/**
 * Stores a value as a new version of a secret (help 154503). A label marks one version: the labels of the new version are
 * taken from the others, and if it becomes `ACSCurrent`, the one before becomes `ACSPrevious`. Beyond ten versions the
 * earliest without a label is deleted.
 *
 * @returns the changed secret; the same object if it already has this version with this value
 * @throws KmsRefusal `Rejected.ResourceExist` for a version that has another value; `Rejected.LimitExceeded` for more
 * than eight labels
 */
export function putVersion(
  secret: Secret,
  value: SecretValue,
  { stages, createdAt }: Pick<SecretVersion, 'stages' | 'createdAt'>,
): Secret {
  const existing = secret.versions.find(({ versionId }) => versionId === value.versionId);
  if (existing !== undefined) {
    if (isSameValue(existing, value)) return secret;
    throw refusal('Rejected.ResourceExist');
  }
  const marked = secret.versions.map((version) => ({
    ...version,
    stages: stagesBeside(version.stages, stages),
  }));
  const versions = [...marked, { ...value, createdAt, stages }];
  if (versions.flatMap((version) => version.stages).length > MAX_STAGES) {
    throw refusal('Rejected.LimitExceeded');
  }
  const deletable = versions.find((version) => version.stages.length === 0);
  const kept =
    versions.length > MAX_VERSIONS ? versions.filter((version) => version !== deletable) : versions;
  return { ...secret, updatedAt: createdAt, versions: kept };
}

/** The labels of a version once another version has taken some of its labels. */
export function stagesBeside(
  stages: readonly string[],
  taken: readonly string[],
): readonly string[] {
  if (!taken.includes(CURRENT)) return stages.filter((stage) => !taken.includes(stage));
  const rest = stages.filter((stage) => !taken.includes(stage) && stage !== PREVIOUS);
  return stages.includes(CURRENT) ? [...rest, PREVIOUS] : rest;
}

function isSameValue(a: SecretValue, b: SecretValue): boolean {
  return a.dataType === b.dataType && equalBytes(Buffer.from(a.data), Buffer.from(b.data));
}

/**
 * Finds the version that `VersionId` and `VersionStage` ask for, which must match all that is given; by default the one
 * that is `ACSCurrent`.
 *
 * @throws KmsRefusal `InvalidParameter`; `Forbidden.ResourceNotFound`
 */
export function requestedVersion(parameters: Parameters, secret: Secret): SecretVersion {
  const versionId = optionalLabel(parameters, 'VersionId');
  const stage =
    optionalLabel(parameters, 'VersionStage') ?? (versionId === undefined ? CURRENT : undefined);
  const version = secret.versions.find(
    (candidate) =>
      (versionId === undefined || candidate.versionId === versionId) &&
      (stage === undefined || candidate.stages.includes(stage)),
  );
  if (version === undefined) throw refusal('Forbidden.ResourceNotFound');
  return version;
}

function optionalLabel(parameters: Parameters, name: string): string | undefined {
  const label = parameters.get(name);
  if (label !== undefined && !VERSION_ID.test(label)) throw invalidParameter(name);
  return label;
}
