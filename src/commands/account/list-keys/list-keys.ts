import type { Command } from 'commander';
import type { KmsxError } from '../../../base/error.ts';
import { kmsxError } from '../../../base/error.ts';
import type { Io } from '../../../terminal/io.ts';
import { printResults } from '../../../terminal/output/json-output.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import type { AliasesByKey, ListedKey, ListedKeys } from '../../../account/list-keys.ts';
import { aliasesByKey, listKeys } from '../../../account/list-keys.ts';
import { isNoPermission } from '../../../answers/refusal.ts';
import type { KmsClient } from '../../../kms/types.ts';
import { isDedicated } from '../../shared/backup/backup-places.ts';
import { connect } from '../../shared/connect.ts';
import type { ConnectionOptions } from '../../shared/connection-options.ts';
import { addConnectionOptions, planConnection } from '../../shared/connection-options.ts';
import { describe } from '../../shared/describe.ts';
import { warnOfRehearsal } from '../../shared/rehearsal.ts';
import type { KeyFilter, KeyFilterOptions } from './filter.ts';
import { addKeyFilterOptions, keyFilter } from './filter.ts';
import { keyTable } from './table.ts';

interface ListKeysOptions extends ConnectionOptions, KeyFilterOptions {
  readonly aliases: boolean;
}

/** `kmsx list-keys`: the KMS keys of the account in a region, and which `export-key` can use. */
export function defineListKeys(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Lists the KMS keys of the account in a region (ListKeys, DescribeKey, ListAliases): a table on a terminal, JSON Lines elsewhere.',
      'Each has KeyId, KeyArn, Aliases, KeyState, KeySpec, KeyUsage, Origin, ProtectionLevel, CreationDate, DeleteDate, MaterialExpireTime, DKMSInstanceId, Description as KMS gives them, and Usable: whether export-key can use it, with the Reason why not, or a Note.',
      'A key that may not be described is listed with that Reason and without Usable; the exit code is then 8, or 3 where none may be. It is 8 too where KMS did not give the whole list.',
    ].join(' '),
    examples: [
      ['every key, as a table', 'kmsx list-keys'],
      ['the ARNs of those that export-key can use', 'kmsx list-keys --usable | jq -r .KeyArn'],
      [
        'why others cannot be used',
        'kmsx list-keys | jq -r "select(.Usable == false) | .KeyId, .Reason"',
      ],
      ['the disabled RSA keys', 'kmsx list-keys --state Disabled --spec RSA_2048 --spec RSA_3072'],
    ],
    exitCodes: [0, 2, 3, 4, 5, 7, 8],
  });
  command.option('--aliases', 'fail where the aliases may not be listed, and not only warn', false);
  addKeyFilterOptions(command);
  addConnectionOptions(command);
  command.action(async (options: ListKeysOptions) => {
    await runListKeys(options, createSession(command, io));
  });
}

async function runListKeys(options: ListKeysOptions, session: Session): Promise<void> {
  assertSafeEnvironment(session.io);
  const filter = keyFilter(options);
  const plan = await planConnection(options, {}, session);
  if (isDedicated(plan.gateway)) {
    throw kmsxError('operation-not-offered', 'a dedicated gateway does not have ListKeys', {
      action: 'ListKeys',
    });
  }
  const open = await connect(plan, session);
  const { kms } = open;
  try {
    const found = await readAliases(options, kms, session);
    await listAndPrint(kms, found, filter, session);
  } finally {
    await open.close();
  }
}

/** Undefined where they may not be listed. */
interface FoundAliases {
  readonly aliases: AliasesByKey | undefined;
  readonly isWhole: boolean;
}

/** Without them the list is of use all the same. */
async function readAliases(
  options: ListKeysOptions,
  kms: KmsClient,
  { reporter }: Session,
): Promise<FoundAliases> {
  try {
    return await naming('ListAliases', () => aliasesByKey(kms.keys));
  } catch (error) {
    if (options.aliases || !isNoPermission(error)) throw error;
    await reporter.warn('no permission for ListAliases: the keys are listed without their aliases');
    return { aliases: undefined, isWhole: true };
  }
}

/** A list is of no key: a refusal names the operation instead. */
async function naming<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isNoPermission(error)) throw error;
    const origin = error.requestId === undefined ? ` (Code ${error.code})` : '';
    throw error.with({
      message: `these credentials have no permission for ${action}${origin}`,
    });
  }
}

async function listAndPrint(
  kms: KmsClient,
  { aliases, isWhole: hasAllAliases }: FoundAliases,
  filter: KeyFilter,
  session: Session,
): Promise<void> {
  const { io, reporter, options } = session;
  const isTable = io.stdout.isTerminal && !options.json;
  const refusals: KmsxError[] = [];
  const rows: ListedKey[] = [];
  const specs = new Set<string>();
  let [listed, shown] = [0, 0];
  const show = async (page: ListedKeys): Promise<void> => {
    listed += page.keys.length;
    for (const { KeySpec } of page.keys) if (KeySpec !== undefined) specs.add(KeySpec);
    refusals.push(...page.refusals);
    for (const keyId of page.gone) {
      await reporter.note(`${keyId} was listed, and KMS does not know it any more: left out`);
    }
    const keys = page.keys.filter(filter.passes);
    shown += keys.length;
    if (isTable) rows.push(...keys);
    else if (keys.length > 0) {
      // A page is printed as it comes: nothing of it is kept.
      const lines = kms.isRehearsal ? keys.map((key) => ({ ...key, Rehearsal: true })) : keys;
      await printResults(lines, keyTable, session);
    }
  };
  const hasAllKeys = await naming('ListKeys', () =>
    listKeys(kms, { now: io.now(), aliases }, show),
  );
  await warnOfRehearsal(kms, session);
  if (rows.length > 0) await printResults(rows, keyTable, session);
  if (shown === 0) {
    await reporter.note(
      listed === 0 ? 'there is no KMS key here' : `none of ${listed} KMS keys passes the filters`,
    );
  }
  const absent = specs.size === 0 ? [] : filter.absentSpecs(specs);
  if (absent.length > 0) {
    await reporter.warn(
      `no KMS key here has the spec ${absent.join(' or ')}: there are ${[...specs].sort().join(', ')}`,
    );
  }
  const undescribed = undescribedError(refusals, listed);
  if (!hasAllKeys || !hasAllAliases) {
    if (undescribed !== undefined) await reporter.warn(undescribed.message);
    throw incompleteError({ hasAllKeys, hasAllAliases });
  }
  if (undescribed !== undefined) throw undescribed;
}

/** A script that filters must not take an incomplete answer for a whole one. */
function undescribedError(refusals: readonly KmsxError[], listed: number): KmsxError | undefined {
  const [refusal] = refusals;
  if (refusal === undefined || refusals.length === listed) return refusal;
  return kmsxError(
    'keys-undescribed',
    `${refusals.length} of ${listed} KMS keys may not be described`,
  );
}

function incompleteError({
  hasAllKeys,
  hasAllAliases,
}: {
  readonly hasAllKeys: boolean;
  readonly hasAllAliases: boolean;
}): KmsxError {
  const missing = [...(hasAllKeys ? [] : ['keys']), ...(hasAllAliases ? [] : ['aliases'])];
  return kmsxError(
    'keys-incomplete',
    `KMS did not give the whole list of ${missing.join(' and ')}: some may be missing`,
  );
}
