/* What becomes of a generic secret: its versions and labels, its description, its deletion. It needs that of secrets.ts. */
import type { Step } from './step.ts';
import { DATE, listAt } from './step.ts';

const NAME = { SecretName: '${prefix}/secret' };
const UNKNOWN = { SecretName: '${prefix}/none' };
const NOT_FOUND = ['Forbidden.ResourceNotFound', 404] as const;

const STEPS: readonly Step[] = [
  {
    name: 'the versions of a secret, with their labels',
    action: 'ListSecretVersionIds',
    parameters: { ...NAME, IncludeDeprecated: 'true' },
    answers: { ...NAME, TotalCount: 3, PageNumber: 1, PageSize: 20 },
    proves: (body) => {
      const versions = listAt(body, 'VersionIds.VersionId').map(
        ({ VersionId, VersionStages }) => `${String(VersionId)} ${JSON.stringify(VersionStages)}`,
      );
      const wanted = [
        'v1 {"VersionStage":["ACSPrevious"]}',
        'v2 {"VersionStage":["ACSCurrent"]}',
        'v3 {"VersionStage":["next"]}',
      ];
      if (versions.join() !== wanted.join()) throw new Error(versions.join());
    },
  },
  {
    name: 'the versions of an unknown secret',
    action: 'ListSecretVersionIds',
    parameters: UNKNOWN,
    refused: NOT_FOUND,
  },
  {
    name: 'another version becomes the current one',
    action: 'UpdateSecretVersionStage',
    parameters: { ...NAME, VersionStage: 'ACSCurrent', MoveToVersion: 'v3' },
    answers: NAME,
  },
  {
    name: 'its value is the current one',
    action: 'GetSecretValue',
    parameters: NAME,
    answers: { VersionId: 'v3', SecretData: 'next' },
  },
  {
    name: 'a label that is taken away',
    action: 'UpdateSecretVersionStage',
    parameters: { ...NAME, VersionStage: 'next', RemoveFromVersion: 'v3' },
    answers: NAME,
  },
  {
    name: 'a label for a version that is not there',
    action: 'UpdateSecretVersionStage',
    parameters: { ...NAME, VersionStage: 'next', MoveToVersion: 'v9' },
    refused: NOT_FOUND,
  },
  {
    name: 'another description',
    action: 'UpdateSecret',
    parameters: { ...NAME, Description: 'described again' },
    answers: NAME,
  },
  {
    name: 'it is the new one',
    action: 'DescribeSecret',
    parameters: NAME,
    answers: { Description: 'described again' },
  },
  {
    name: 'another description for an unknown secret',
    action: 'UpdateSecret',
    parameters: { ...UNKNOWN, Description: 'x' },
    refused: NOT_FOUND,
  },
  {
    name: 'a secret is deleted, in seven days',
    action: 'DeleteSecret',
    parameters: { ...NAME, RecoveryWindowInDays: '7' },
    answers: { ...NAME, PlannedDeleteTime: DATE },
  },
  {
    name: 'the value of a deleted secret',
    action: 'GetSecretValue',
    parameters: NAME,
    refused: NOT_FOUND,
  },
  {
    name: 'it is restored',
    action: 'RestoreSecret',
    parameters: NAME,
    answers: NAME,
  },
  {
    name: 'its value is back',
    action: 'GetSecretValue',
    parameters: NAME,
    answers: { SecretData: 'next' },
  },
  {
    name: 'a secret that was not deleted',
    action: 'RestoreSecret',
    parameters: NAME,
    refused: ['Rejected.ResourceInUse', 409],
  },
  {
    name: 'an unknown secret',
    action: 'DeleteSecret',
    parameters: { ...UNKNOWN, ForceDeleteWithoutRecovery: 'true' },
    refused: NOT_FOUND,
  },
];

export const SECRET_CHANGES = STEPS.map((step): Step => ({ ...step, isLocalOnly: true }));
