import type { Command } from 'commander';
import { kmsxError } from '../../base/error.ts';
import { checkStore } from '../../stores/check.ts';
import { storeAt } from '../../stores/failure.ts';
import type { Database, Finding } from '../../stores/database.ts';
import { initSql, initStore } from '../../stores/init.ts';
import { openDatabase } from '../../stores/store.ts';
import { WORKER, WRITER } from '../../stores/tables.ts';
import type { Io } from '../../terminal/io.ts';
import { printResult } from '../../terminal/output/json-output.ts';
import { textWritten } from '../../terminal/output/stdout.ts';
import { fact } from '../../terminal/output/view.ts';
import type { View } from '../../terminal/output/view.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { actionArgument } from '../shared/actions.ts';
import { describe } from '../shared/describe.ts';
import type { StoreOptions } from '../shared/store/store-options.ts';
import {
  addStoreOptions,
  planStoreOf,
  storeAddress,
  tellStore,
} from '../shared/store/store-options.ts';

interface StoreCommandOptions extends StoreOptions {
  readonly print: boolean;
}

const ACTIONS = ['init', 'check'] as const;
type Action = (typeof ACTIONS)[number];

const TABLES_MISSING =
  'kmsx store init --store URL makes the tables, with the URL of who owns the database';

/** `kmsx store`: makes the tables of a store, or finds what is wrong with it. */
export function defineStore(command: Command, io: Io): void {
  describe(command, {
    text: [
      'A store keeps backups in PostgreSQL or MySQL: store:NAME stands for one wherever a backup is written or read.',
      'init makes its tables and two roles: kmsx_writer can insert backups and read them, and never change or delete one; kmsx_worker is for work lists and proofs besides. Run again, it changes nothing. With --print it prints the SQL, for whoever owns the database.',
      'check says what is wrong, by the login that is given: tables or rights that are missing, rights that are too many, commits that a crash would lose, a replica. Exit code 7 if something is.',
    ].join(' '),
    examples: [
      ['the SQL, to be read first', 'kmsx store init --print --store postgresql://db.example/keys'],
      [
        'make the tables and the roles',
        'kmsx store init --store postgresql://owner@db.example/keys',
      ],
      [
        'whether backups are safe there',
        'kmsx store check --store mysql://backup@db.example/keys --store-ca-file ca.pem',
      ],
    ],
    exitCodes: [0, 2, 3, 5, 7],
  });
  command.addArgument(actionArgument('kmsx store', '<action>', 'what to do', ACTIONS));
  command.option('--print', 'with init: print the SQL, and connect to nothing', false);
  addStoreOptions(command);
  command.action(async (action: Action, options: StoreCommandOptions) => {
    await runStore(action, options, createSession(command, io));
  });
}

async function runStore(
  action: Action,
  options: StoreCommandOptions,
  session: Session,
): Promise<void> {
  const { io } = session;
  assertSafeEnvironment(io);
  if (action === 'check' && options.print) {
    throw kmsxError('options-conflict', '--print goes with kmsx store init', {
      hints: ['leave out --print'],
    });
  }
  if (options.print) {
    const sql = initSql(storeAddress(undefined, options, io));
    await textWritten(io.stdout.write(Buffer.from(sql)));
    return;
  }
  const { plan } = await planStoreOf(undefined, options, session);
  await tellStore(plan, session);
  const database = await openDatabase(plan, io.signal);
  try {
    if (action === 'init') await init(plan.address.label, database, session);
    else await check(plan.address.label, database, session);
  } finally {
    await database.close();
  }
}

async function init(label: string, database: Database, session: Session): Promise<void> {
  await initStore(database);
  const made = {
    Store: label,
    Database: await database.version(),
    Table: database.dialect.tableOf('kmsx_backup'),
    Role: WRITER,
    WorkerRole: WORKER,
  };
  await printResult(made, session, () => ({
    verdict: `The store at ${label} has its tables and roles`,
    tone: 'good',
    blocks: [
      {
        rows: [
          fact('database', made.Database),
          fact('table', made.Table),
          fact('role', `${made.Role}: give it to the login that writes backups`),
          fact('another', `${made.WorkerRole}: for a login that shares work lists or keeps proofs`),
        ],
      },
    ],
  }));
}

/** @throws KmsxError `store-unsound`, when the findings are printed */
async function check(label: string, database: Database, session: Session): Promise<void> {
  const version = await database.version();
  const findings = await checkStore(database, label);
  const errors = findings.filter(({ Severity }) => Severity === 'error');
  const report = {
    Store: label,
    Database: version,
    Sound: errors.length === 0,
    Findings: findings,
  };
  await printResult(report, session, () => checkView(label, version, findings));
  const [first, ...others] = errors;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : `; ${errors.length} findings in all`;
  throw kmsxError('store-unsound', `${storeAt(label)}${first.Message}${more}`, {
    hints: first.Code === 'tables-missing' ? [TABLES_MISSING] : undefined,
  });
}

function checkView(label: string, version: string, findings: readonly Finding[]): View {
  const isSound = findings.every(({ Severity }) => Severity !== 'error');
  return {
    verdict: isSound
      ? `Backups are safe in the store at ${label}`
      : `The store at ${label} is not as it should be`,
    tone: isSound ? 'good' : 'bad',
    blocks: [
      { rows: [fact('database', version)] },
      ...(findings.length === 0
        ? []
        : [{ rows: findings.map(({ Severity, Message }) => fact(Severity, Message)) }]),
    ],
  };
}
