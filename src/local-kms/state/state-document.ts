import { createPrivateKey } from 'node:crypto';
import { decodeBase64 } from '../../base/bytes.ts';
import { kmsxError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import type { AccessKey, KeySpec, KeyState, KeyVersion, KmsKey, KmsState } from './state.ts';

const FORMAT = 'kmsx-local-kms-state/1';
const KEY_SPECS: readonly KeySpec[] = ['Aliyun_AES_256', 'RSA_2048', 'RSA_3072'];
const KEY_STATES: readonly KeyState[] = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'];
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Writes a state as the JSON document that `parseState` reads. It holds every secret of the state. */
export function formatState(state: KmsState): Buffer {
  const document = {
    Format: FORMAT,
    AccountId: state.accountId,
    AccessKeys: [...state.accessKeys.values()].map((key) => ({
      AccessKeyId: key.accessKeyId,
      AccessKeySecret: key.accessKeySecret,
    })),
    Keys: [...state.keys.values()].map((key) => ({
      KeyId: key.keyId,
      KeySpec: key.keySpec,
      KeyUsage: key.keyUsage,
      KeyState: key.keyState,
      Description: key.description,
      CreationDate: key.createdAt.toISOString(),
      Versions: key.versions.map((version) => ({
        KeyVersionId: version.keyVersionId,
        CreationDate: version.createdAt.toISOString(),
        Material: version.material.toString('base64'),
      })),
    })),
    Aliases: [...state.aliases].map(([aliasName, keyId]) => ({
      AliasName: aliasName,
      KeyId: keyId,
    })),
  };
  return Buffer.from(`${JSON.stringify(document)}\n`, 'utf8');
}

/**
 * Reads the document of a state and believes nothing of it.
 *
 * @param path - where it lies, for the error
 * @throws KmsxError `state-malformed`, which names the field and never quotes it
 */
export function parseState(text: string, path: string): KmsState {
  const reader = new Reader(path);
  const document = reader.document(text);
  const accessKeys = reader.list(document, 'AccessKeys').map((entry, index): AccessKey => {
    const at = `AccessKeys[${index}]`;
    return {
      accessKeyId: reader.text(entry, 'AccessKeyId', at, /^[A-Za-z0-9.]{1,128}$/),
      accessKeySecret: reader.text(entry, 'AccessKeySecret', at, /^[A-Za-z0-9]{1,128}$/),
    };
  });
  const keys = reader
    .list(document, 'Keys')
    .map((entry, index) => readKey(reader, entry, `Keys[${index}]`));
  const state: KmsState = {
    accountId: reader.text(document, 'AccountId', '', /^\d{1,32}$/),
    accessKeys: reader.map('AccessKeys', accessKeys, (key) => key.accessKeyId),
    keys: reader.map('Keys', keys, (key) => key.keyId),
    aliases: readAliases(reader, document),
  };
  reader.map(
    'Keys',
    keys.flatMap((key) => key.versions),
    (version) => version.keyVersionId,
  );
  for (const keyId of state.aliases.values()) if (!state.keys.has(keyId)) reader.fail('Aliases');
  if (state.accessKeys.size === 0) reader.fail('AccessKeys');
  return state;
}

function readKey(reader: Reader, entry: JsonObject, at: string): KmsKey {
  const keySpec = reader.choice(entry, 'KeySpec', at, KEY_SPECS);
  const versions = reader.list(entry, 'Versions', at).map((version, index): KeyVersion => {
    const place = `${at}.Versions[${index}]`;
    const material = decodeBase64(reader.text(version, 'Material', place, /^/));
    if (material === undefined || !isMaterialOf(keySpec, material)) {
      reader.fail(`${place}.Material`);
    }
    return {
      keyVersionId: reader.text(version, 'KeyVersionId', place, UUID),
      createdAt: reader.date(version, 'CreationDate', place),
      material,
    };
  });
  if (versions.length === 0) reader.fail(`${at}.Versions`);
  return {
    keyId: reader.text(entry, 'KeyId', at, UUID),
    keySpec,
    keyUsage: reader.choice(entry, 'KeyUsage', at, ['ENCRYPT/DECRYPT']),
    keyState: reader.choice(entry, 'KeyState', at, KEY_STATES),
    description: reader.text(entry, 'Description', at, /^/),
    createdAt: reader.date(entry, 'CreationDate', at),
    versions,
  };
}

function readAliases(reader: Reader, document: JsonObject): ReadonlyMap<string, string> {
  const aliases = reader.list(document, 'Aliases').map((entry, index) => {
    const at = `Aliases[${index}]`;
    return {
      name: reader.text(entry, 'AliasName', at, /^alias\//),
      keyId: reader.text(entry, 'KeyId', at, UUID),
    };
  });
  const byName = reader.map('Aliases', aliases, (alias) => alias.name);
  return new Map([...byName].map(([name, { keyId }]) => [name, keyId]));
}

function isMaterialOf(keySpec: KeySpec, material: Buffer): boolean {
  if (keySpec === 'Aliyun_AES_256') return material.length === 32;
  try {
    const key = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' });
    const bits = keySpec === 'RSA_2048' ? 2048 : 3072;
    return key.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === bits;
  } catch {
    return false;
  }
}

class Reader {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  fail(place: string): never {
    const path = this.#path;
    throw kmsxError('state-malformed', `${path}: ${place} cannot be right`, { path, place });
  }

  document(text: string): JsonObject {
    const path = this.#path;
    let document: unknown;
    try {
      document = parseJson(text, path);
    } catch (error) {
      throw kmsxError(
        'state-malformed',
        `${path} is not JSON, or is cut short`,
        { path, place: '' },
        error,
      );
    }
    if (!isJsonObject(document)) this.fail('the document');
    if (document['Format'] !== FORMAT) {
      throw kmsxError('state-malformed', `${path} is not a state of Format ${FORMAT}`, {
        path,
        place: 'Format',
      });
    }
    return document;
  }

  list(object: JsonObject, name: string, at = ''): readonly JsonObject[] {
    const value = object[name];
    const place = at === '' ? name : `${at}.${name}`;
    if (!Array.isArray(value) || !value.every(isJsonObject)) this.fail(place);
    return value;
  }

  text(object: JsonObject, name: string, at: string, pattern: RegExp): string {
    const value = object[name];
    if (typeof value !== 'string' || !pattern.test(value))
      this.fail(at === '' ? name : `${at}.${name}`);
    return value;
  }

  choice<T extends string>(object: JsonObject, name: string, at: string, choices: readonly T[]): T {
    const value = choices.find((choice) => choice === object[name]);
    if (value === undefined) this.fail(`${at}.${name}`);
    return value;
  }

  date(object: JsonObject, name: string, at: string): Date {
    const text = this.text(object, name, at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const date = new Date(text);
    if (Number.isNaN(date.getTime())) this.fail(`${at}.${name}`);
    return date;
  }

  /** A map of values by name; a name that stands twice is refused. */
  map<T>(
    place: string,
    values: readonly T[],
    nameOf: (value: T) => string,
  ): ReadonlyMap<string, T> {
    const map = new Map(values.map((value) => [nameOf(value), value]));
    if (map.size !== values.length) this.fail(place);
    return map;
  }
}
