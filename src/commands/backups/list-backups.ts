import type { Command } from 'commander';
import { kmsxError } from '../../base/error.ts';
import { shellWord } from '../../base/text/shell-word.ts';
import type { BackupListing, ListedDocument } from '../../backups/list-backups.ts';
import { listBackups } from '../../backups/list-backups.ts';
import type { KeyIdentifier } from '../../kms/key-id.ts';
import { parseKeyId } from '../../kms/key-id.ts';
import type { Io } from '../../terminal/io.ts';
import { printResults } from '../../terminal/output/json-output.ts';
import { table } from '../../terminal/output/table.ts';
import { showsViews } from '../../terminal/output/view.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { openPlaces } from '../shared/backups/open-place.ts';
import { readProofsAt } from '../shared/backups/proofs-option.ts';
import type { ConnectionOptions } from '../shared/connection/connection-options.ts';
import { addConnectionOptions } from '../shared/connection/connection-options.ts';
import type { StoreOptions } from '../shared/store/store-options.ts';
import { addStoreOptions } from '../shared/store/store-options.ts';
import { makeConnections } from '../shared/connection/connections.ts';
import { describe } from '../shared/describe.ts';
import { counted } from '../shared/view/rows.ts';

interface ListBackupsOptions extends ConnectionOptions, StoreOptions {
  readonly keyId?: string;
  readonly proofs?: string;
}

/** `kmsx list-backups`: the backups of a folder or of secrets, and which KMS key each depends on. */
export function defineListBackups(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Lists the backups in folders, in a store and in secrets of KMS: a table on a terminal, JSON Lines elsewhere. Of a folder it reads its own files, offline: no file that begins with a dot, and no folder in it.',
      'Each has Name, Place, KeyId, KeyVersionId, Region, CreatedAt, EncryptionContext, DataKeyId, NumberOfBytes, Rehearsal as its document says, and LastProved if --proofs has a proof of it. One that cannot be read has Unreadable, and why; the exit code is then 8.',
      'Exports, components, proofs, keys and other documents are left out and counted.',
    ].join(' '),
    examples: [
      ['every backup of a folder', 'kmsx list-backups backups'],
      [
        'what would be lost with a KMS key',
        'kmsx list-backups backups --key-id 08c33a6f-4e0a-4a1b-a3fa-7ddfa1d4fb73 | jq -r .Name',
      ],
      [
        'backups that were never proved',
        'kmsx list-backups backups --proofs proofs | jq -r "select(.LastProved == null).Name"',
      ],
      ['backups that KMS keeps as secrets', 'kmsx list-backups secret:backup-'],
    ],
    exitCodes: [0, 2, 3, 4, 5, 7, 8],
  });
  command.argument('<place...>', 'folders, store:[PREFIX], or secret:PREFIX for secrets of KMS');
  command
    .option('--key-id <id>', 'only what depends on this KMS key: its id or ARN')
    .option('--proofs <place>', 'where drill and verify-key wrote proofs: a folder, or store:');
  addStoreOptions(command);
  addConnectionOptions(command);
  command.action(async (places: readonly string[], options: ListBackupsOptions) => {
    await runListBackups(places, options, createSession(command, io));
  });
}

async function runListBackups(
  texts: readonly string[],
  options: ListBackupsOptions,
  session: Session,
): Promise<void> {
  const { io } = session;
  assertSafeEnvironment(io);
  const key = options.keyId === undefined ? undefined : keyWithId(options.keyId);
  const { proofs } = await readProofsAt(options.proofs, options, session);
  const connections = makeConnections(session);
  try {
    const places = await openPlaces(texts, { options, connections, session });
    const rows: ListedDocument[] = [];
    const isTable = showsViews(session);
    const counts = await listBackups(places, { key, proofs }, async (document) => {
      if (isTable) rows.push(document);
      else await printResults([document], backupTable, session);
    });
    if (rows.length > 0) await printResults(rows, backupTable, session);
    await tellCounts(counts, key, session);
    if (counts.unreadable > 0) {
      const message = `${counted(counts.unreadable, 'backup')} cannot be read`;
      throw kmsxError('backups-unreadable', message);
    }
  } finally {
    await connections.close();
  }
}

/** An alias may lead to another key tomorrow, and a folder is read offline. */
function keyWithId(text: string): KeyIdentifier {
  const key = parseKeyId(text);
  if (key.id !== undefined) return key;
  throw kmsxError('bad-usage', `${text} is an alias, and backups name KMS keys by their ids`, {
    hints: [
      `aliyun kms DescribeKey --KeyId ${shellWord(text)} | jq -r .KeyMetadata.KeyId shows the id of the key now behind it`,
    ],
  });
}

async function tellCounts(
  { shown, others, withoutKey }: BackupListing,
  key: KeyIdentifier | undefined,
  { reporter }: Session,
): Promise<void> {
  if (shown === 0) {
    await reporter.note(
      key === undefined ? 'there is no backup here' : `no backup here depends on ${key.text}`,
    );
  }
  if (others > 0) await reporter.note(`left out: ${counted(others, 'file')} of another kind`);
  if (withoutKey > 0) {
    await reporter.warn(
      `${counted(withoutKey, 'backup')} without a KeyId: only drill can tell which KMS key opens them; they are listed too`,
    );
  }
}

/** For a terminal: a row for each backup, with the widest column last. */
function backupTable(documents: readonly ListedDocument[], columns: number): string {
  return table(
    ['name', 'kms key', 'created', 'last proved', 'place', 'context, or why it is unreadable'],
    documents.map((each) => [
      each.Name,
      each.KeyId ?? '?',
      dayOf(each.CreatedAt) ?? '?',
      dayOf(each.LastProved) ?? 'never',
      each.Place,
      each.Unreadable ?? contextOf(each),
    ]),
    columns,
  );
}

function contextOf({ EncryptionContext = {}, Rehearsal }: ListedDocument): string {
  const pairs = Object.entries(EncryptionContext).map(([name, value]) => `${name}=${value}`);
  return [...(Rehearsal === true ? ['(rehearsal)'] : []), ...pairs].join(' ');
}

/** The day of a time in RFC 3339. */
function dayOf(time: string | undefined): string | undefined {
  return time?.replace(/T.*$/s, '');
}
