import { kmsxError } from '../../base/error.ts';
import { parseJson } from '../../base/json.ts';
import type { RandomBytes } from '../identifiers.ts';
import type { Mistake } from '../mistake.ts';
import { pointer } from '../mistake.ts';
import { aliasArn, secretArn } from '../resource-name.ts';
import type { AccessKey, Alias, KmsKey, KmsState, Secret } from '../state/state.ts';
import { checkSchema } from './check-schema.ts';
import { readAccessKey } from './read-access-key.ts';
import { readKey } from './read-key.ts';
import { readSecret } from './read-secret.ts';
import type { SeedAccount, SeedDocument } from './seed-document.ts';
import { SeedReader } from './seed-reader.ts';

/** Sources of what a seed leaves out. */
interface SeedSources {
  readonly now: Date;
  readonly randomBytes: RandomBytes;
}

interface Account {
  readonly accessKeys: readonly AccessKey[];
  readonly keys: readonly KmsKey[];
  readonly aliases: readonly Alias[];
  readonly secrets: readonly Secret[];
}

const MAX_MISTAKES = 50;

/**
 * Reads a seed (`kmsx-local-kms-seed/1`), the initial state of the embedded KMS. It is checked against
 * `schemas/kmsx-local-kms-seed.schema.json` first, and then for what a schema cannot express.
 *
 * @param label - what the seed is called in errors
 * @throws KmsxError `json-malformed`, `json-name-twice`; `seed-malformed`, which names every mistake with its JSON
 * pointer and quotes no value
 */
export async function readSeed(
  text: string,
  label: string,
  { now, randomBytes }: SeedSources,
): Promise<KmsState> {
  const document = checkSchema(parseJson(text, label));
  if (!('Accounts' in document)) throw malformed(label, document);
  const reader = new SeedReader(now, document.DeriveFrom, randomBytes);
  const state = await readAccounts(document, reader);
  if (reader.mistakes.length > 0) throw malformed(label, reader.mistakes);
  return state;
}

async function readAccounts({ Accounts }: SeedDocument, reader: SeedReader): Promise<KmsState> {
  const accounts: Account[] = [];
  for (const [index, account] of Accounts.entries()) {
    accounts.push(await readAccount(account, pointer('/Accounts', index), reader));
  }
  const accessKeys = accounts.flatMap((account) => account.accessKeys);
  const keys = accounts.flatMap((account) => account.keys);
  const aliases = accounts.flatMap((account) => account.aliases);
  const secrets = accounts.flatMap((account) => account.secrets);
  if (!accessKeys.some((key) => key.status === 'Active' && key.securityToken === undefined)) {
    reader.report(
      '/Accounts',
      'must have an access key that is Active and has no SecurityToken: it is announced',
    );
  }
  return {
    accessKeys: new Map(accessKeys.map((key) => [key.accessKeyId, key])),
    keys: new Map(keys.map((key) => [key.keyId, key])),
    aliases: new Map(aliases.map((item) => [aliasArn(item.accountId, item.aliasName), item])),
    secrets: new Map(secrets.map((item) => [secretArn(item.accountId, item.secretName), item])),
    importTokenKey: reader.bytesFor('ImportTokenKey')(32),
  };
}

async function readAccount(seed: SeedAccount, path: string, reader: SeedReader): Promise<Account> {
  const { AccountId: accountId, AccessKeys = [], Keys = [], Secrets = [] } = seed;
  reader.claim('AccountId', accountId, pointer(path, 'AccountId'));
  const accessKeys = AccessKeys.map((accessKey, index) =>
    readAccessKey(accessKey, accountId, pointer(path, 'AccessKeys', index), reader),
  );
  const keys: KmsKey[] = [];
  const aliases: Alias[] = [];
  for (const [index, seedKey] of Keys.entries()) {
    const at = pointer(path, 'Keys', index);
    const key = await readKey(seedKey, accountId, at, reader);
    keys.push(key);
    for (const [position, aliasName] of (seedKey.Aliases ?? []).entries()) {
      reader.claim(`alias of ${accountId}`, aliasName, pointer(at, 'Aliases', position));
      aliases.push({ accountId, aliasName, keyId: key.keyId });
    }
  }
  const secrets = Secrets.map((secret, index) =>
    readSecret(secret, accountId, keys, pointer(path, 'Secrets', index), reader),
  );
  return { accessKeys, keys, aliases, secrets };
}

function malformed(label: string, mistakes: readonly Mistake[]): Error {
  const shown = mistakes
    .slice(0, MAX_MISTAKES)
    .map(({ path, problem }) => `${path === '' ? 'the document' : path} ${problem}`);
  const more = mistakes.length - shown.length;
  const rest = more > 0 ? `; and ${more} more` : '';
  return kmsxError('seed-malformed', `${label}: ${shown.join('; ')}${rest}`);
}
