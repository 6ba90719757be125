import type { Command } from 'commander';
import { KmsxError, kmsxError } from '../base/error.ts';
import type { Io } from '../cli/io.ts';
import { printResults } from '../cli/json-output.ts';
import type { Session } from '../cli/session.ts';
import { assertSafeEnvironment, createSession } from '../cli/session.ts';
import type { AliasesByKey, ListedKey } from '../data-key/list-keys.ts';
import { aliasesByKey, listKeys } from '../data-key/list-keys.ts';
import { isNoPermission } from '../data-key/no-permission.ts';
import type { KmsClient } from '../kms/kms-client.ts';
import { isDedicated } from './backup-places.ts';
import { connect } from './connect.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { addConnectionOptions, planConnection } from './connection-options.ts';
import { describe } from './describe.ts';
import { warnOfRehearsal } from './export-output.ts';
import type { KeyFilter, KeyFilterOptions } from './list-keys-filter.ts';
import { addKeyFilterOptions, keyFilter } from './list-keys-filter.ts';
import { keyTable } from './list-keys-table.ts';

interface ListKeysOptions extends ConnectionOptions, KeyFilterOptions {
  readonly aliases: boolean;
}

/** `kmsx list-keys`: the KMS keys of the account in a region, and which `export-key` can use. */
export function defineListKeys(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Lists the KMS keys of the account in a region (ListKeys, DescribeKey, ListAliases): a table on a terminal, JSON Lines elsewhere.',
      'Each has KeyId, KeyArn, Aliases, KeyState, KeySpec, KeyUsage, Origin, ProtectionLevel, CreationDate, DKMSInstanceId as KMS gives them, and Usable: whether export-key can use it, with the Reason why not, or a Note.',
      'A key that may not be described is listed with that Reason and without Usable; the exit code is then 8, or 3 where none may be.',
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
    const aliases = await readAliases(options, kms, session);
    await listAndPrint(kms, aliases, filter, session);
  } finally {
    await open.close();
  }
}

/** Without them the list is of use all the same. */
async function readAliases(
  options: ListKeysOptions,
  kms: KmsClient,
  { reporter }: Session,
): Promise<AliasesByKey | undefined> {
  try {
    return await aliasesByKey(kms.keys);
  } catch (error) {
    if (options.aliases || !isNoPermission(error)) throw error;
    await reporter.warn('no permission for ListAliases: the keys are listed without their aliases');
    return undefined;
  }
}

async function listAndPrint(
  kms: KmsClient,
  aliases: AliasesByKey | undefined,
  filter: KeyFilter,
  session: Session,
): Promise<void> {
  const { io, reporter, options } = session;
  const isTable = io.stdout.isTerminal && !options.json;
  const refusals: KmsxError[] = [];
  const rows: ListedKey[] = [];
  let [listed, shown] = [0, 0];
  const isWhole = await listKeys(kms.keys, { now: io.now(), aliases }, async (page) => {
    listed += page.keys.length;
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
  });
  await warnOfRehearsal(kms, session);
  if (rows.length > 0) await printResults(rows, keyTable, session);
  if (shown === 0) {
    await reporter.note(
      listed === 0 ? 'there is no KMS key here' : `none of ${listed} KMS keys passes the filters`,
    );
  }
  if (!isWhole) {
    await reporter.warn('the list of keys changed while it was read: some may be missing');
  }
  assertDescribed(refusals, listed);
}

/** A script that filters must not take an incomplete answer for a whole one. */
function assertDescribed(refusals: readonly KmsxError[], listed: number): void {
  const [refusal] = refusals;
  if (refusal === undefined) return;
  if (refusals.length === listed) throw refusal;
  throw kmsxError(
    'keys-undescribed',
    `${refusals.length} of ${listed} KMS keys may not be described`,
  );
}
