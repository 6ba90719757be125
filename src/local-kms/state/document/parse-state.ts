import type { FieldReader } from '../../../base/fields.ts';
import { isJsonObject, parseJson } from '../../../base/json.ts';
import type { Policy, PolicyKind } from '../../permissions/policy.ts';
import { parsePolicy } from '../../permissions/policy.ts';
import { aliasArn, secretArn } from '../../resource-name.ts';
import { isMaterialOf } from '../new-key.ts';
import type {
  Alias,
  AccessKey,
  KeyVersion,
  KmsKey,
  KmsState,
  Secret,
  SecretVersion,
} from '../state.ts';
import { KEY_SPECS, KEY_USAGES } from '../key-spec.ts';
import { STATE_FORMAT } from './state-document.ts';
import { malformedState, stateReader } from './state-reader.ts';

/** What it was before there were journals. */
const FORMAT_WITHOUT_JOURNAL = 'kmsx-local-kms-state/2';
const JOURNAL_ID = /^[0-9a-f]{16}$/;
const ANY = /^/;
const NO_TAGS: ReadonlyMap<string, string> = new Map();
const ACCOUNT_ID = /^\d{1,32}$/;
const VERSION_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEY_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|key-[0-9a-z]{1,60})$/;

/** How the entries of a document are read, by the field that lists them, and what each is called in the state. */
export const ENTRIES = {
  AccessKeys: { read: readAccessKey, nameOf: (key: AccessKey) => key.accessKeyId },
  Keys: { read: readKey, nameOf: (key: KmsKey) => key.keyId },
  Aliases: {
    read: readAlias,
    nameOf: (alias: Alias) => aliasArn(alias.accountId, alias.aliasName),
  },
  Secrets: {
    read: readSecret,
    nameOf: (secret: Secret) => secretArn(secret.accountId, secret.secretName),
  },
} as const;

/** A state, and the id of the journal that has what changed since; undefined without one. */
export interface StateDocument {
  readonly state: KmsState;
  readonly journal: string | undefined;
}

/**
 * Reads the document of a state, and checks all of it.
 *
 * @param path - of its file, for errors
 * @throws KmsxError `state-malformed`, which names the field but does not show its value
 */
export function parseState(text: string, path: string): StateDocument {
  let document: unknown;
  try {
    document = parseJson(text, path);
  } catch (error) {
    throw malformedState(path, '', 'is not JSON, or is cut short', error);
  }
  if (!isJsonObject(document)) throw malformedState(path, '', 'is not a JSON object');
  const format = document['Format'];
  if (format !== STATE_FORMAT && format !== FORMAT_WITHOUT_JOURNAL) {
    throw malformedState(path, 'Format', `is not ${STATE_FORMAT}`);
  }
  const reader = stateReader(document, path);
  const state = readState(reader);
  return { state, journal: reader.optionalText('Journal', JOURNAL_ID) };
}

function readState(document: FieldReader): KmsState {
  const mapOf = <T>(
    field: keyof typeof ENTRIES,
    { read, nameOf }: { read: (entry: FieldReader) => T; nameOf: (value: T) => string },
  ): ReadonlyMap<string, T> => {
    const values = document.list(field, read);
    const map = new Map<string, T>();
    for (const value of values) map.set(nameOf(value), value);
    return map.size === values.length ? map : document.fail(field, 'has two of one name');
  };
  const state: KmsState = {
    importTokenKey: document.bytes('ImportTokenKey', 32),
    accessKeys: mapOf('AccessKeys', ENTRIES.AccessKeys),
    keys: mapOf('Keys', ENTRIES.Keys),
    aliases: mapOf('Aliases', ENTRIES.Aliases),
    secrets: mapOf('Secrets', ENTRIES.Secrets),
  };
  assertWhole(state, document);
  return state;
}

/**
 * Checks what the entries of a state are to each other.
 *
 * @throws KmsxError `state-malformed`
 */
export function assertWhole(state: KmsState, document: FieldReader): void {
  const versionIds = new Set<string>();
  for (const { versions } of state.keys.values()) {
    for (const { keyVersionId } of versions) {
      if (versionIds.has(keyVersionId)) document.fail('Keys', 'has two of one name');
      versionIds.add(keyVersionId);
    }
  }
  for (const { keyId, accountId } of state.aliases.values()) {
    if (state.keys.get(keyId)?.accountId !== accountId) {
      document.fail('Aliases', 'has an alias of a key that is not there');
    }
  }
  if (state.accessKeys.size === 0) document.fail('AccessKeys', 'is empty');
}

function readAccessKey(entry: FieldReader): AccessKey {
  const userName = entry.optionalText('UserName');
  const policies = entry.ifPresent('Policies', (name) =>
    entry.list(name, (policy) => readPolicy(policy, 'ram')),
  );
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

function readKey(entry: FieldReader): KmsKey {
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
    if (!isMaterialOf(keySpec, material)) version.fail('Material', `is not that of ${keySpec}`);
    return {
      keyVersionId: version.text('KeyVersionId', VERSION_ID),
      createdAt: version.date('CreationDate'),
      material,
    };
  });
  if (versions.length === 0 && (origin === 'Aliyun_KMS' || keyState === 'Enabled')) {
    entry.fail('Versions', 'is empty');
  }
  const deleteAt = optionalDate(entry, 'DeleteDate');
  if ((deleteAt !== undefined) !== (keyState === 'PendingDeletion')) {
    entry.fail('DeleteDate', `does not agree with KeyState ${keyState}`);
  }
  const instanceId = entry.optionalText('DKMSInstanceId', /^kst-/);
  const policy = entry.ifPresent('Policy', (name) => readPolicy(entry.fields(name), 'key'));
  const protection = entry.ifPresent('DeletionProtection', (name) => entry.fields(name));
  const rotation = entry.ifPresent('Rotation', (name) => entry.fields(name));
  const imported = entry.ifPresent('Imported', (name) => entry.fields(name));
  const expiresAt = imported && optionalDate(imported, 'MaterialExpireTime');
  return {
    keyId: entry.text('KeyId', KEY_ID),
    accountId: entry.text('AccountId', ACCOUNT_ID),
    keySpec,
    keyUsage: entry.choice('KeyUsage', KEY_USAGES),
    keyState,
    origin,
    protectionLevel: entry.choice('ProtectionLevel', ['SOFTWARE', 'HSM']),
    description: entry.text('Description', ANY),
    createdAt: entry.date('CreationDate'),
    versions,
    tags: readTags(entry),
    ...(deleteAt !== undefined && { deleteAt }),
    ...(instanceId !== undefined && { instanceId }),
    ...(policy !== undefined && { policy }),
    ...(protection !== undefined && {
      deletionProtection: { description: protection.text('Description', ANY) },
    }),
    ...(rotation !== undefined && {
      rotation: {
        intervalSeconds: rotation.integer('IntervalSeconds', 1),
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

function readAlias(entry: FieldReader): Alias {
  return {
    accountId: entry.text('AccountId', ACCOUNT_ID),
    aliasName: entry.text('AliasName', /^alias\//),
    keyId: entry.text('KeyId', KEY_ID),
  };
}

function readSecret(entry: FieldReader): Secret {
  const encryptionKeyId = entry.optionalText('EncryptionKeyId', KEY_ID);
  const instanceId = entry.optionalText('DKMSInstanceId', /^kst-/);
  const versions = entry.list('Versions', (version): SecretVersion => ({
    versionId: version.text('VersionId'),
    createdAt: version.date('CreateTime'),
    dataType: version.choice('SecretDataType', ['text', 'binary']),
    data: version.text('SecretData', ANY),
    stages: version.texts('VersionStages'),
  }));
  if (versions.length === 0) entry.fail('Versions', 'is empty');
  const deleteAt = optionalDate(entry, 'PlannedDeleteTime');
  return {
    accountId: entry.text('AccountId', ACCOUNT_ID),
    secretName: entry.text('SecretName'),
    description: entry.text('Description', ANY),
    createdAt: entry.date('CreateTime'),
    updatedAt: entry.date('UpdateTime'),
    tags: readTags(entry),
    versions,
    ...(encryptionKeyId !== undefined && { encryptionKeyId }),
    ...(instanceId !== undefined && { instanceId }),
    ...(deleteAt !== undefined && { deleteAt }),
  };
}

function readPolicy(entry: FieldReader, kind: PolicyKind): Policy {
  const policy = parsePolicy(entry.object, kind);
  return typeof policy === 'string' ? entry.fail('', 'is not a valid policy') : policy;
}

function optionalDate(entry: FieldReader, name: string): Date | undefined {
  return entry.ifPresent(name, () => entry.date(name));
}

function readTags(entry: FieldReader): ReadonlyMap<string, string> {
  const tags = entry.list('Tags', (tag): [string, string] => [
    tag.text('TagKey'),
    tag.text('TagValue', ANY),
  ]);
  return tags.length === 0 ? NO_TAGS : new Map(tags);
}
