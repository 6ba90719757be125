import { invalidParameter, missingParameter, refusal } from '../refusal.ts';
import type { Parameters } from '../request/parameters.ts';
import { requiredText } from '../request/read-parameter.ts';
import type { Secret, SecretVersion } from '../state/state.ts';
import { CURRENT, MAX_STAGES, PREVIOUS, VERSION_ID, stagesBeside } from './secret-version.ts';

/** A label, the version that loses it and the version that gets it; at least one of the two. */
interface Move {
  readonly stage: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * Reads `VersionStage`, `RemoveFromVersion` and `MoveToVersion`. ACSCurrent and ACSPrevious can be moved, not removed.
 *
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`
 */
export function readMove(parameters: Parameters): Move {
  const stage = requiredText(parameters, 'VersionStage');
  if (!VERSION_ID.test(stage)) throw invalidParameter('VersionStage');
  const from = optionalVersion(parameters, 'RemoveFromVersion');
  const to = optionalVersion(parameters, 'MoveToVersion');
  const isReserved = stage === CURRENT || stage === PREVIOUS;
  if (to === undefined && (from === undefined || isReserved)) {
    throw missingParameter('MoveToVersion');
  }
  if (from !== undefined && from === to) throw invalidParameter('MoveToVersion');
  return { stage, from, to };
}

/**
 * Moves, adds or removes a label of a secret's versions. A label marks one version, so the one before loses it; what was
 * ACSCurrent becomes ACSPrevious.
 *
 * @returns the changed secret; the same object where the version has the label already
 * @throws KmsRefusal `Forbidden.ResourceNotFound` for a version that is not there; `InvalidParameter` where
 * RemoveFromVersion does not have the label, or ACSPrevious would mark the current version; `Rejected.LimitExceeded` for
 * more than eight labels
 */
export function moveStage(secret: Secret, { stage, from, to }: Move, updatedAt: Date): Secret {
  const source = from === undefined ? undefined : versionOf(secret, from);
  if (source?.stages.includes(stage) === false) throw invalidParameter('RemoveFromVersion');
  const target = to === undefined ? undefined : versionOf(secret, to);
  if (target?.stages.includes(stage) === true) return secret;
  if (stage === PREVIOUS && target?.stages.includes(CURRENT) === true) {
    throw invalidParameter('MoveToVersion');
  }
  const versions = secret.versions.map((version) => ({
    ...version,
    stages:
      version === target
        ? [...version.stages.filter((own) => stage !== CURRENT || own !== PREVIOUS), stage]
        : stagesBeside(version.stages, [stage]),
  }));
  if (versions.flatMap((version) => version.stages).length > MAX_STAGES) {
    throw refusal('Rejected.LimitExceeded');
  }
  return { ...secret, updatedAt, versions };
}

function optionalVersion(parameters: Parameters, name: string): string | undefined {
  const versionId = parameters.get(name);
  if (versionId !== undefined && !VERSION_ID.test(versionId)) throw invalidParameter(name);
  return versionId;
}

function versionOf(secret: Secret, versionId: string): SecretVersion {
  const version = secret.versions.find((candidate) => candidate.versionId === versionId);
  if (version === undefined) throw refusal('Forbidden.ResourceNotFound');
  return version;
}
