/* KMS keys: what they are, how they are named, listed and found. */
import { DATE, defineSteps, listAt, UUID } from './step.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

export const KEYS = defineSteps([
  {
    name: 'a key is symmetric and enabled unless it is told otherwise',
    action: 'CreateKey',
    parameters: { Description: '${prefix} a key: "quoted", 中文, 50 % + ~*\'()' },
    answers: {
      'KeyMetadata.KeyId': UUID,
      'KeyMetadata.Arn': /^acs:kms:[a-z0-9-]+:\d+:key\/[0-9a-f-]{36}$/,
      'KeyMetadata.KeySpec': 'Aliyun_AES_256',
      'KeyMetadata.KeyUsage': 'ENCRYPT/DECRYPT',
      'KeyMetadata.KeyState': 'Enabled',
      'KeyMetadata.Origin': 'Aliyun_KMS',
      'KeyMetadata.ProtectionLevel': 'SOFTWARE',
      'KeyMetadata.AutomaticRotation': 'Disabled',
      'KeyMetadata.Description': '${prefix} a key: "quoted", 中文, 50 % + ~*\'()',
      'KeyMetadata.CreationDate': DATE,
      'KeyMetadata.PrimaryKeyVersion': UUID,
    },
    saves: {
      key: 'KeyMetadata.KeyId',
      keyArn: 'KeyMetadata.Arn',
      keyVersion: 'KeyMetadata.PrimaryKeyVersion',
    },
  },
  {
    name: 'a second key has another id',
    action: 'CreateKey',
    parameters: {
      Description: '${prefix} b',
      KeySpec: 'Aliyun_AES_256',
      KeyUsage: 'ENCRYPT/DECRYPT',
    },
    saves: { otherKey: 'KeyMetadata.KeyId' },
    proves: (_, saved) => {
      if (saved.get('otherKey') === saved.get('key')) throw new Error('the same id twice');
    },
  },
  {
    name: 'a key that signs',
    action: 'CreateKey',
    parameters: { Description: '${prefix} signs', KeySpec: 'EC_P256', KeyUsage: 'SIGN/VERIFY' },
    answers: {
      'KeyMetadata.KeySpec': 'EC_P256',
      'KeyMetadata.KeyUsage': 'SIGN/VERIFY',
      'KeyMetadata.PrimaryKeyVersion': '',
    },
    saves: { signingKey: 'KeyMetadata.KeyId' },
  },
  {
    name: 'a KeySpec that does not exist',
    action: 'CreateKey',
    parameters: { KeySpec: 'Aliyun_DES' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a symmetric key cannot sign',
    action: 'CreateKey',
    parameters: { KeySpec: 'Aliyun_AES_256', KeyUsage: 'SIGN/VERIFY' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a key is found by its id',
    action: 'DescribeKey',
    parameters: { KeyId: '${key}' },
    answers: {
      'KeyMetadata.KeyId': '${key}',
      'KeyMetadata.Arn': '${keyArn}',
      'KeyMetadata.KeyState': 'Enabled',
      'KeyMetadata.Creator': /^\d+$/,
      'KeyMetadata.PrimaryKeyVersion': '${keyVersion}',
    },
  },
  {
    name: 'a key is found by its ARN',
    action: 'DescribeKey',
    parameters: { KeyId: '${keyArn}' },
    answers: { 'KeyMetadata.KeyId': '${key}' },
  },
  {
    name: 'an id that no key has',
    action: 'DescribeKey',
    parameters: { KeyId: UNKNOWN },
    refused: ['Forbidden.KeyNotFound', 404],
  },
  {
    name: 'an ARN of another region',
    action: 'DescribeKey',
    computes: (saved) => ({
      foreignArn: (saved.get('keyArn') ?? '').replace(/^acs:kms:[^:]+:/, 'acs:kms:eu-west-9:'),
    }),
    parameters: { KeyId: '${foreignArn}' },
    refused: ['Forbidden.KeyNotFound', 404],
  },
  {
    name: 'no KeyId',
    action: 'DescribeKey',
    refused: ['MissingParameter', 400],
  },
  {
    name: 'pages of one key have one key each',
    action: 'ListKeys',
    parameters: { PageNumber: 1, PageSize: 1 },
    answers: { PageNumber: 1, PageSize: 1 },
    proves: (body, saved) => {
      const keys = listAt(body, 'Keys.Key');
      if (keys.length !== 1) throw new Error(`${keys.length} keys`);
      if (!(Number(body['TotalCount']) >= 3)) throw new Error('TotalCount');
      saved.set('firstListed', String(keys[0]?.['KeyId']));
    },
  },
  {
    name: 'the next page has another key',
    action: 'ListKeys',
    parameters: { PageNumber: 2, PageSize: 1 },
    answers: { PageNumber: 2 },
    proves: (body, saved) => {
      const [key] = listAt(body, 'Keys.Key');
      if (key === undefined || key['KeyId'] === saved.get('firstListed')) throw new Error('again');
      if (!String(key['KeyArn']).endsWith(`:key/${String(key['KeyId'])}`))
        throw new Error('KeyArn');
    },
  },
  {
    name: 'keys are chosen by what they are for',
    action: 'ListKeys',
    parameters: { Filters: '[{"Key":"KeyUsage","Values":["SIGN/VERIFY"]}]', PageSize: 100 },
    proves: (body, saved) => {
      const ids = listAt(body, 'Keys.Key').map((key) => key['KeyId']);
      if (!ids.includes(saved.get('signingKey'))) throw new Error('the key that signs is missing');
      if (ids.includes(saved.get('key'))) throw new Error('a symmetric key is among them');
    },
  },
  {
    name: 'a page of more than a hundred',
    action: 'ListKeys',
    parameters: { PageSize: 101 },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a region is there',
    action: 'DescribeRegions',
    proves: (body, saved) => {
      const regions = listAt(body, 'Regions.Region').map((region) => region['RegionId']);
      if (!regions.includes(saved.get('region'))) throw new Error('the own region is missing');
    },
  },
]);

export const ALIASES = defineSteps([
  {
    name: 'a name for a key',
    action: 'CreateAlias',
    parameters: { AliasName: 'alias/${prefix}/a-1_x', KeyId: '${key}' },
  },
  {
    name: 'a second name for it',
    action: 'CreateAlias',
    parameters: { AliasName: 'alias/${prefix}-second', KeyId: '${key}' },
  },
  {
    name: 'a name that is taken',
    action: 'CreateAlias',
    parameters: { AliasName: 'alias/${prefix}/a-1_x', KeyId: '${otherKey}' },
    refused: ['AliasAlreadyExists', 400],
  },
  {
    name: 'a name without alias/',
    action: 'CreateAlias',
    parameters: { AliasName: '${prefix}', KeyId: '${key}' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a key is found by its alias',
    action: 'DescribeKey',
    parameters: { KeyId: 'alias/${prefix}/a-1_x' },
    answers: { 'KeyMetadata.KeyId': '${key}' },
  },
  {
    name: 'a key is found by its alias’s ARN',
    action: 'DescribeKey',
    computes: (saved) => ({ arnStem: (saved.get('keyArn') ?? '').replace(/key\/.*$/, '') }),
    parameters: { KeyId: '${arnStem}alias/${prefix}/a-1_x' },
    answers: { 'KeyMetadata.KeyId': '${key}' },
  },
  {
    name: 'an alias that is not there',
    action: 'DescribeKey',
    parameters: { KeyId: 'alias/${prefix}-none' },
    refused: ['Forbidden.AliasNotFound', 404],
  },
  {
    name: 'the aliases of a key',
    action: 'ListAliasesByKeyId',
    parameters: { KeyId: '${key}' },
    answers: { TotalCount: 2, PageNumber: 1, PageSize: 10 },
    proves: (body, saved) => {
      const [first] = listAt(body, 'Aliases.Alias').filter(({ AliasName }) =>
        String(AliasName).endsWith('/a-1_x'),
      );
      if (first?.['KeyId'] !== saved.get('key')) throw new Error('KeyId');
      if (!String(first?.['AliasArn']).endsWith(`:${String(first?.['AliasName'])}`)) {
        throw new Error('AliasArn');
      }
    },
  },
  {
    name: 'aliases of a key come by pages too',
    action: 'ListAliasesByKeyId',
    parameters: { KeyId: '${key}', PageNumber: 2, PageSize: 1 },
    answers: { TotalCount: 2, PageNumber: 2, PageSize: 1 },
    proves: (body) => {
      if (listAt(body, 'Aliases.Alias').length !== 1) throw new Error('not one alias');
    },
  },
  {
    name: 'aliases of an unknown key',
    action: 'ListAliasesByKeyId',
    parameters: { KeyId: UNKNOWN },
    refused: ['Forbidden.KeyNotFound', 404],
  },
  {
    name: 'all aliases',
    action: 'ListAliases',
    parameters: { PageSize: 100 },
    proves: (body, saved) => {
      const names = listAt(body, 'Aliases.Alias').map(({ AliasName }) => AliasName);
      const name = `alias/${saved.get('prefix') ?? ''}-second`;
      if (names.length < 100 && !names.includes(name)) throw new Error(`${name} is missing`);
    },
  },
  {
    name: 'a page of no aliases',
    action: 'ListAliases',
    parameters: { PageSize: 0 },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'an alias moves to another key',
    action: 'UpdateAlias',
    parameters: { AliasName: 'alias/${prefix}/a-1_x', KeyId: '${otherKey}' },
  },
  {
    name: 'an alias leads where it was moved to',
    action: 'DescribeKey',
    parameters: { KeyId: 'alias/${prefix}/a-1_x' },
    answers: { 'KeyMetadata.KeyId': '${otherKey}' },
  },
  {
    name: 'an alias that is not there cannot move',
    action: 'UpdateAlias',
    parameters: { AliasName: 'alias/${prefix}-none', KeyId: '${otherKey}' },
    refused: ['Forbidden.AliasNotFound', 404],
  },
  {
    name: 'an alias goes',
    action: 'DeleteAlias',
    parameters: { AliasName: 'alias/${prefix}/a-1_x' },
  },
  {
    name: 'an alias that is gone cannot go again',
    action: 'DeleteAlias',
    parameters: { AliasName: 'alias/${prefix}/a-1_x' },
    refused: ['Forbidden.AliasNotFound', 404],
  },
]);
