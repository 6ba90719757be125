import type { JsonObject } from '../../base/json.ts';
import type { Policy, PolicyKind } from '../permissions/policy.ts';
import { parsePolicy } from '../permissions/policy.ts';
import { aliasArn, secretArn } from '../resource-name.ts';
import { isMaterialOf } from './new-key.ts';
import type {
  Alias,
  AccessKey,
  KeyVersion,
  KmsKey,
  KmsState,
  Secret,
  SecretVersion,
} from './state.ts';
import { KEY_SPECS } from './state.ts';
import { STATE_FORMAT } from './state-document.ts';
import type { Entry } from './state-reader.ts';
import { StateReader } from './state-reader.ts';

const ACCOUNT_ID = /^\d{1,32}$/;
const VERSION_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEY_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|key-[0-9a-z]{1,60})$/;

/**
 * Reads the document of a state and believes nothing of it.
 *
 * @param path - where it lies, for the error
 * @throws KmsxError `state-malformed`, which names the field and never quotes it
 */
export function parseState(text: string, path: string): KmsState {
  const reader = new StateReader(path);
  const document = reader.document(text, STATE_FORMAT);
  const accessKeys = document.list('AccessKeys', readAccessKey);
  const keys = document.list('Keys', readKey);
  const aliases = document.list('Aliases', readAlias);
  const secrets = document.list('Secrets', readSecret);
  const state: KmsState = {
    importTokenKey: document.bytes('ImportTokenKey', 32),
    accessKeys: reader.map('AccessKeys', accessKeys, (key) => key.accessKeyId),
    keys: reader.map('Keys', keys, (key) => key.keyId),
    aliases: reader.map('Aliases', aliases, (a) => aliasArn(a.accountId, a.aliasName)),
    secrets: reader.map('Secrets', secrets, (s) => secretArn(s.accountId, s.secretName)),
  };
  const versions = keys.flatMap((key) => key.versions);
  reader.map('Keys', versions, (version) => version.keyVersionId);
  for (const { keyId, accountId } of aliases) {
    if (state.keys.get(keyId)?.accountId !== accountId) reader.fail('Aliases');
  }
  if (accessKeys.length === 0) reader.fail('AccessKeys');
  return state;
}

function readAccessKey(entry: Entry): AccessKey {
  const userName = entry.optionalText('UserName', /./);
  const policies = entry.has('Policies')
    ? entry.objects('Policies').map((document) => readPolicy(entry, 'Policies', document, 'ram'))
    : undefined;
  const token = entry.optionalText('SecurityToken', /^[A-Za-z0-9+/=_.-]{1,8192}$/);
  return {
    accessKeyId: entry.text('AccessKeyId', /^[A-Za-z0-9.]{1,128}$/),
    accessKeySecret: entry.text('AccessKeySecret', /^[A-Za-z0-9]{1,128}$/),
    accountId: entry.text('AccountId', ACCOUNT_ID),
    status: entry.choice('Status', ['Active', 'Inactive']),
    ...(userName !== undefined && { userName }),
    ...(policies !== undefined && { policies }),
    ...(token !== undefined && {
      securityToken: { token, expiresAt: entry.date('SecurityTokenExpiration') },
    }),
  };
}

function readKey(entry: Entry): KmsKey {
  const keySpec = entry.choice('KeySpec', KEY_SPECS);
  const keyState = entry.choice('KeyState', [
    'Enabled',
    'Disabled',
    'PendingDeletion',
    'PendingImport',
  ]);
  const origin = entry.choice('Origin', ['Aliyun_KMS', 'EXTERNAL']);
  const versions = entry.list('Versions', (version): KeyVersion => {
    const material = version.bytes('Material');
    if (!isMaterialOf(keySpec, material)) version.fail('Material');
    return {
      keyVersionId: version.text('KeyVersionId', VERSION_ID),
      createdAt: version.date('CreationDate'),
      material,
    };
  });
  if (versions.length === 0 && origin === 'Aliyun_KMS') entry.fail('Versions');
  if (versions.length === 0 && keyState === 'Enabled') entry.fail('Versions');
  const deleteAt = entry.optionalDate('DeleteDate');
  if ((deleteAt !== undefined) !== (keyState === 'PendingDeletion')) entry.fail('DeleteDate');
  const instanceId = entry.optionalText('DKMSInstanceId', /^kst-/);
  const policy = entry.has('Policy')
    ? readPolicy(entry, 'Policy', entry.object('Policy'), 'key')
    : undefined;
  const rotation = entry.entry('Rotation');
  const imported = entry.entry('Imported');
  const expiresAt = imported?.optionalDate('MaterialExpireTime');
  return {
    keyId: entry.text('KeyId', KEY_ID),
    accountId: entry.text('AccountId', ACCOUNT_ID),
    keySpec,
    keyUsage: entry.choice('KeyUsage', ['ENCRYPT/DECRYPT', 'SIGN/VERIFY']),
    keyState,
    origin,
    protectionLevel: entry.choice('ProtectionLevel', ['SOFTWARE', 'HSM']),
    description: entry.text('Description'),
    createdAt: entry.date('CreationDate'),
    versions,
    tags: readTags(entry),
    ...(deleteAt !== undefined && { deleteAt }),
    ...(instanceId !== undefined && { instanceId }),
    ...(policy !== undefined && { policy }),
    ...(rotation !== undefined && {
      rotation: {
        intervalSeconds: rotation.integer('IntervalSeconds'),
        nextAt: rotation.date('NextRotationDate'),
      },
    }),
    ...(imported !== undefined && {
      imported: {
        keyVersionId: imported.text('KeyVersionId', VERSION_ID),
        digest: imported.bytes('Digest', 32),
        ...(expiresAt !== undefined && { expiresAt }),
      },
    }),
  };
}

function readAlias(entry: Entry): Alias {
  return {
    accountId: entry.text('AccountId', ACCOUNT_ID),
    aliasName: entry.text('AliasName', /^alias\//),
    keyId: entry.text('KeyId', KEY_ID),
  };
}

function readSecret(entry: Entry): Secret {
  const encryptionKeyId = entry.optionalText('EncryptionKeyId', KEY_ID);
  const instanceId = entry.optionalText('DKMSInstanceId', /^kst-/);
  const versions = entry.list('Versions', (version): SecretVersion => ({
    versionId: version.text('VersionId', /./),
    createdAt: version.date('CreateTime'),
    dataType: version.choice('SecretDataType', ['text', 'binary']),
    data: version.text('SecretData'),
    stages: version.texts('VersionStages'),
  }));
  if (versions.length === 0) entry.fail('Versions');
  return {
    accountId: entry.text('AccountId', ACCOUNT_ID),
    secretName: entry.text('SecretName', /./),
    description: entry.text('Description'),
    createdAt: entry.date('CreateTime'),
    updatedAt: entry.date('UpdateTime'),
    tags: readTags(entry),
    versions,
    ...(encryptionKeyId !== undefined && { encryptionKeyId }),
    ...(instanceId !== undefined && { instanceId }),
  };
}

function readPolicy(entry: Entry, name: string, document: JsonObject, kind: PolicyKind): Policy {
  const policy = parsePolicy(document, kind);
  return typeof policy === 'string' ? entry.fail(name) : policy;
}

function readTags(entry: Entry): ReadonlyMap<string, string> {
  return new Map(
    entry.list('Tags', (tag): [string, string] => [tag.text('TagKey', /./), tag.text('TagValue')]),
  );
}
