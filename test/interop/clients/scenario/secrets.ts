/* Generic secrets. On the real service they need a KMS instance. */
import type { Body } from '../protocol.ts';
import type { Step } from './step.ts';
import { DATE, listAt } from './step.ts';

const NAME = { SecretName: '${prefix}/secret' };
const UNKNOWN = { SecretName: '${prefix}/none' };
const TEXT = 'a secret with "quotes", 中文 and a line\nfeed';

function provesStages(...stages: readonly string[]) {
  return (body: Body): void => {
    const actual = JSON.stringify(body['VersionStages']);
    if (actual !== JSON.stringify({ VersionStage: stages })) throw new Error(`stages ${actual}`);
  };
}

const STEPS: readonly Step[] = [
  {
    name: 'a secret',
    action: 'CreateSecret',
    parameters: { ...NAME, VersionId: 'v1', SecretData: TEXT, Description: 'for the scenario' },
    answers: { ...NAME, VersionId: 'v1', Arn: /^acs:kms:[a-z0-9-]+:\d+:secret\/.+$/ },
    saves: { secretArn: 'Arn' },
  },
  {
    name: 'a name that is taken',
    action: 'CreateSecret',
    parameters: { ...NAME, VersionId: 'v1', SecretData: 'another' },
    refused: ['Rejected.ResourceExist', 409],
  },
  {
    name: 'the current value',
    action: 'GetSecretValue',
    parameters: NAME,
    answers: {
      ...NAME,
      VersionId: 'v1',
      SecretData: TEXT,
      SecretDataType: 'text',
      CreateTime: DATE,
    },
    proves: provesStages('ACSCurrent'),
  },
  {
    name: 'a new value',
    action: 'PutSecretValue',
    parameters: { ...NAME, VersionId: 'v2', SecretData: 'AAEC/w==', SecretDataType: 'binary' },
    answers: { ...NAME, VersionId: 'v2' },
    proves: provesStages('ACSCurrent'),
  },
  {
    name: 'the new value is the current one',
    action: 'GetSecretValue',
    parameters: NAME,
    answers: { VersionId: 'v2', SecretData: 'AAEC/w==', SecretDataType: 'binary' },
  },
  {
    name: 'the value before',
    action: 'GetSecretValue',
    parameters: { ...NAME, VersionStage: 'ACSPrevious' },
    answers: { VersionId: 'v1', SecretData: TEXT },
    proves: provesStages('ACSPrevious'),
  },
  {
    name: 'a value by the id of its version',
    action: 'GetSecretValue',
    parameters: { ...NAME, VersionId: 'v1' },
    answers: { SecretData: TEXT },
  },
  {
    name: 'the same version with another value',
    action: 'PutSecretValue',
    parameters: { ...NAME, VersionId: 'v2', SecretData: 'AAEC', SecretDataType: 'binary' },
    refused: ['Rejected.ResourceExist', 409],
  },
  {
    name: 'a value with labels of its own',
    action: 'PutSecretValue',
    parameters: { ...NAME, VersionId: 'v3', SecretData: 'next', VersionStages: '["next"]' },
    answers: { VersionId: 'v3' },
    proves: provesStages('next'),
  },
  {
    name: 'a version that is not there',
    action: 'GetSecretValue',
    parameters: { ...NAME, VersionId: 'v4' },
    refused: ['Forbidden.ResourceNotFound', 404],
  },
  {
    name: 'a dry run that would have succeeded',
    action: 'GetSecretValue',
    parameters: { ...NAME, DryRun: 'true' },
    refused: ['DryRunOperationError', 400],
  },
  {
    name: 'a value for an unknown secret',
    action: 'PutSecretValue',
    parameters: { ...UNKNOWN, VersionId: 'v1', SecretData: 'x' },
    refused: ['Forbidden.ResourceNotFound', 404],
  },
  {
    name: 'what is known of a secret',
    action: 'DescribeSecret',
    parameters: NAME,
    answers: {
      ...NAME,
      Arn: '${secretArn}',
      Description: 'for the scenario',
      CreateTime: DATE,
      UpdateTime: DATE,
    },
  },
  {
    name: 'an unknown secret',
    action: 'DescribeSecret',
    parameters: UNKNOWN,
    refused: ['Forbidden.ResourceNotFound', 404],
  },
  {
    name: 'all secrets',
    action: 'ListSecrets',
    parameters: { PageNumber: 1, PageSize: 100 },
    answers: { TotalCount: 1, PageNumber: 1, PageSize: 100 },
    proves: (body, saved) => {
      const names = listAt(body, 'SecretList.Secret').map(({ SecretName }) => SecretName);
      if (!names.includes(`${saved.get('prefix') ?? ''}/secret`)) throw new Error('not listed');
    },
  },
  {
    name: 'a page of no secrets',
    action: 'ListSecrets',
    parameters: { PageSize: 0 },
    refused: ['InvalidParameter', 400],
  },
];

export const SECRETS = STEPS.map((step): Step => ({ ...step, isLocalOnly: true }));
