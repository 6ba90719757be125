import type { Command } from 'commander';
import type { KmsxError } from '../../../base/error.ts';
import { kmsxError } from '../../../base/error.ts';
import type { Io } from '../../../terminal/io.ts';
import { printResults } from '../../../terminal/output/json-output.ts';
import { table } from '../../../terminal/output/table.ts';
import { showsViews } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import { decisionOf } from '../../../account/decision.ts';
import type { KeyListing, KeyPage, ListedKey } from '../../../account/list-keys.ts';
import { aliasesByKey, listKeys } from '../../../account/list-keys.ts';
import { burstsOf, withPacedKeys } from '../../../kms/pace.ts';
import type { KmsClient } from '../../../kms/types.ts';
import { isDedicated } from '../../shared/backup/backup-places.ts';
import { withConnection } from '../../shared/connection/connect.ts';
import type { ConnectionOptions } from '../../shared/connection/connection-options.ts';
import {
  addConnectionOptions,
  planConnection,
} from '../../shared/connection/connection-options.ts';
import { describe } from '../../shared/describe.ts';
import { readRate } from '../../shared/rate.ts';
import { warnOfRehearsal } from '../../shared/rehearsal.ts';
import type { KeyFilter, KeyFilterOptions } from './filter.ts';
import { addKeyFilterOptions, keyFilter } from './filter.ts';

/** Metadata reads of an account and region share 50 calls a second (KMS's page on quotas): a fifth of it. */
const USUAL_RATE = '10';

interface ListKeysOptions extends ConnectionOptions, KeyFilterOptions {
  readonly aliases: boolean;
  readonly rate: string;
}

/** `kmsx list-keys`: the KMS keys of the account in a region, and which `export-key` can use. */
export function defineListKeys(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Lists the KMS keys of the account in a region (ListKeys, DescribeKey, ListAliases): a table on a terminal, JSON Lines elsewhere.',
      'Each has KeyId, KeyArn, Aliases, KeyState, KeySpec, KeyUsage, Origin, ProtectionLevel, CreationDate, DeleteDate, MaterialExpireTime, DKMSInstanceId, Description as KMS gives them, and Usable: whether export-key can use it, with the Reason why not, or a Note.',
      'Metadata reads of an account share 50 calls a second, so it makes 10 a second, or --rate.',
      'A key that may not be described is listed with that Reason and without Usable; the exit code is then 8, or 3 if no key may be described. It is also 8 if KMS did not give the whole list.',
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
  command.option(
    '--aliases',
    'fail if the aliases may not be listed, instead of only warning',
    false,
  );
  command.option('--rate <n>', 'calls of KMS each second, at most', USUAL_RATE);
  addKeyFilterOptions(command);
  addConnectionOptions(command);
  command.action(async (options: ListKeysOptions) => {
    await runListKeys(options, createSession(command, io));
  });
}

async function runListKeys(options: ListKeysOptions, session: Session): Promise<void> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  const filter = keyFilter(options);
  const rate = readRate(options.rate);
  const plan = await planConnection(options, {}, session);
  if (isDedicated(plan.gateway)) {
    throw kmsxError('operation-not-offered', 'a dedicated gateway does not have ListKeys');
  }
  await withConnection(plan, session, async (client) => {
    const kms = withPacedKeys(client, burstsOf(rate, io));
    const found = await decisionOf(() => aliasesByKey(kms.keys));
    if (found.kind === 'failed' || (found.kind === 'denied' && options.aliases)) throw found.error;
    if (found.kind === 'denied') {
      await reporter.warn(
        'no permission for ListAliases: the keys are listed without their aliases',
      );
    }
    const { aliases, isWhole } = found.kind === 'granted' ? found.value : NO_ALIASES;
    const printer = keyPrinter(filter, kms, session);
    const onCount = announcer(rate, session);
    const listing = await listKeys(kms, { now: io.now(), aliases, onCount }, printer.take);
    await warnOfRehearsal(kms, session);
    await printer.end(listing.count);
    await conclude(listing, isWhole, session);
  });
}

/** Tells how long a long list takes, once: each key is a call of its own. */
function announcer(rate: number, { reporter }: Session): (count: number) => Promise<void> {
  let isTold = false;
  return async (count) => {
    if (isTold || count < LONG_WAIT_SECONDS * rate) return;
    isTold = true;
    await reporter.note(
      `${count} KMS keys at ${rate} calls a second take about ${Math.round(count / rate)} s: --rate sets the pace`,
    );
  };
}

const LONG_WAIT_SECONDS = 10;

const NO_ALIASES = { aliases: undefined, isWhole: true };

/** Prints the keys that pass a filter. */
interface KeyPrinter {
  readonly take: (page: KeyPage) => Promise<void>;
  /** @param count - how many keys were listed */
  readonly end: (count: number) => Promise<void>;
}

/** JSON Lines are printed page by page; a table needs all keys for the widths of its columns. */
function keyPrinter(filter: KeyFilter, kms: KmsClient, session: Session): KeyPrinter {
  const { reporter } = session;
  const isTable = showsViews(session);
  const rows: ListedKey[] = [];
  const specs = new Set<string>();
  let shown = 0;
  return {
    take: async ({ keys, gone }) => {
      for (const { KeySpec } of keys) if (KeySpec !== undefined) specs.add(KeySpec);
      for (const keyId of gone) {
        await reporter.note(`${keyId} was listed, but KMS no longer has it: left out`);
      }
      const chosen = keys.filter(filter.passes);
      shown += chosen.length;
      if (isTable) rows.push(...chosen);
      else if (chosen.length > 0) {
        const lines = kms.isRehearsal ? chosen.map((key) => ({ ...key, Rehearsal: true })) : chosen;
        await printResults(lines, keyTable, session);
      }
    },
    end: async (count) => {
      if (rows.length > 0) await printResults(rows, keyTable, session);
      if (shown === 0) {
        await reporter.note(
          count === 0 ? 'there is no KMS key here' : `none of ${count} KMS keys passes the filters`,
        );
      }
      const absent = specs.size === 0 ? [] : filter.absentSpecs(specs);
      if (absent.length > 0) {
        await reporter.warn(
          `no KMS key here has the spec ${absent.join(' or ')}: there are ${[...specs].sort().join(', ')}`,
        );
      }
    },
  };
}

/**
 * A script that filters must not take an incomplete answer for a whole one.
 *
 * @throws KmsxError `keys-incomplete`, `keys-undescribed`; the refusal if no key may be described
 */
async function conclude(
  { count, isWhole: hasAllKeys, refusals }: KeyListing,
  hasAllAliases: boolean,
  { reporter }: Session,
): Promise<void> {
  const undescribed = undescribedError(refusals, count);
  const missing = [...(hasAllKeys ? [] : ['keys']), ...(hasAllAliases ? [] : ['aliases'])];
  if (missing.length > 0) {
    if (undescribed !== undefined) await reporter.warn(undescribed.message);
    throw kmsxError(
      'keys-incomplete',
      `KMS did not give the whole list of ${missing.join(' and ')}: some may be missing`,
    );
  }
  if (undescribed !== undefined) throw undescribed;
}

function undescribedError(refusals: readonly KmsxError[], count: number): KmsxError | undefined {
  if (refusals.length === 0 || refusals.length === count) return refusals[0];
  const message = `${refusals.length} of ${count} KMS keys may not be described`;
  return kmsxError('keys-undescribed', message);
}

/** For a terminal: a row for each key, with the widest column last: the Reason or the Note. */
function keyTable(keys: readonly ListedKey[], columns: number): string {
  return table(
    ['key id', 'usable', 'aliases', 'state', 'spec', 'usage', 'reason or note'],
    keys.map((key) => [
      key.KeyId,
      key.Usable === undefined ? '?' : key.Usable ? 'yes' : 'no',
      key.Aliases?.join(' ') ?? '?',
      key.KeyState ?? '?',
      key.KeySpec ?? '?',
      key.KeyUsage ?? '?',
      key.Reason ?? key.Note ?? '',
    ]),
    columns,
  );
}
