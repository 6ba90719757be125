import type { Command } from 'commander';
import type { OpenedPlace } from '../../../backups/opened-place.ts';
import { backupOpenerInMemory } from '../../../data-key/verify/opener.ts';
import { drill } from '../../../drill/drill.ts';
import { missingBackups } from '../../../drill/missing.ts';
import { drillShared } from '../../../drill/shared.ts';
import { queueBackups } from '../../../drill/queue.ts';
import type { DrillStage } from '../../../drill/stage.ts';
import type { OutputRequest } from '../../../terminal/files/output-place.ts';
import type { Io } from '../../../terminal/io.ts';
import { showsViews } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import { version } from '../../../terminal/version.ts';
import { openPlaces } from '../../shared/backups/open-place.ts';
import { parseCheckValueMethods } from '../../shared/check-value-options.ts';
import { makeConnections } from '../../shared/connection/connections.ts';
import { describe } from '../../shared/describe.ts';
import { counted } from '../../shared/view/rows.ts';
import { describeFile } from '../../shared/view/written.ts';
import { withOutputs } from '../../shared/with-outputs.ts';
import type { Evidence } from './evidence.ts';
import { readEvidence } from './evidence.ts';
import { makeKmsOf } from './kms-of.ts';
import type { DrillOptions } from './options.ts';
import { addDrillOptions, readNumbers } from './options.ts';
import { tellOutcomes } from './outcomes.ts';
import { reportHtml } from './report-html.ts';
import { errorOf, tellSummary } from './summary.ts';

/** `kmsx drill`: proves that every backup in a place still opens, and is the key that it was. */
export function defineDrill(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Proves for each backup in folders, in a store or in secrets of KMS that it opens, today, under the KMS key, region and context that it names: KMS exports it to a one-time RSA key in memory (ExportDataKey). No plaintext key leaves memory.',
      'What it opens to is compared with --check-values and with earlier proofs of --proofs; SameKeyAs and AssuranceBits say with which, and what that is worth. Who can write both a backup and what it is compared with can forge both: what lies in the folder of the backups counts for nothing.',
      'Never proved first, then the oldest proof; a run that was killed goes on where it ended. A table on a terminal, JSON Lines elsewhere. The exit code is 6 if a backup is another key, else 4 if one does not open, cannot be read or is gone since it was proved, else 8 if KMS could not be asked about one.',
    ].join(' '),
    examples: [
      ['every backup of a folder, with proofs elsewhere', 'kmsx drill backups --proofs proofs'],
      [
        'each night as many as 500 that were not proved for a month',
        'kmsx drill backups --proofs proofs --older-than 30 --limit 500 --quiet',
      ],
      [
        'compare with the check values of the ceremonies, and print a report for the auditors',
        'kmsx drill backups --check-values check-values.txt --report drill.html',
      ],
      [
        'the backups that failed',
        'kmsx drill backups --proofs proofs | jq -r "select(.Code) | [.Name, .Code] | @tsv"',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7, 8],
  });
  command.argument('<place...>', 'folders, store:[PREFIX], or secret:PREFIX for secrets of KMS');
  addDrillOptions(command);
  command.action(async (places: readonly string[], options: DrillOptions) => {
    await runDrill(places, options, createSession(command, io));
  });
}

async function runDrill(
  texts: readonly string[],
  options: DrillOptions,
  session: Session,
): Promise<void> {
  assertSafeEnvironment(session.io);
  const numbers = readNumbers(options);
  const shownCheckValues = parseCheckValueMethods(options.checkValueMethods);
  const connections = makeConnections(session);
  try {
    const kmsOf = await makeKmsOf(options, connections, session);
    const places = await openPlaces(texts, { options, connections, session });
    const evidence = await readEvidence(options, places, session);
    try {
      const stage = { ...numbers, clock: session.io, shownCheckValues, kmsOf };
      await drillAndTell(places, evidence, { ...stage, options }, session);
    } finally {
      await evidence.close();
    }
  } finally {
    await connections.close();
  }
}

interface DrillPlan extends Pick<
  DrillStage,
  'clock' | 'rate' | 'limit' | 'shownCheckValues' | 'kmsOf'
> {
  readonly olderThanDays: number | undefined;
  readonly options: DrillOptions;
}

async function drillAndTell(
  places: readonly OpenedPlace[],
  evidence: Evidence,
  { options, olderThanDays, ...plan }: DrillPlan,
  session: Session,
): Promise<void> {
  const { io } = session;
  const { proofFile, expectedOf, inputs } = evidence;
  const requests = { report: reportRequest(options) };
  const summary = await withOutputs(requests, inputs, session, async ({ report }) => {
    const startedAt = io.now();
    const { queue, there } = await queueBackups(places, evidence, olderThanDays, startedAt);
    const stage = { ...plan, opener: backupOpenerInMemory(), expectedOf, keep: proofFile?.append };
    const missing = missingBackups(there, evidence.proofs);
    const { share } = evidence;
    const run = after(
      missing,
      share === undefined ? drill(queue, stage) : drillShared(queue, stage, share),
    );
    const told = await tellOutcomes(run, session, {
      listed: [...there.values()].reduce((sum, { size }) => sum + size, 0),
      due: queue.length,
      leftOut: places.reduce((sum, place) => sum + place.skipped(), 0),
      lost: evidence.unlisted(there),
      keepsAll: report.length > 0,
    });
    for (const output of report) {
      const { writers } = evidence;
      const facts = { startedAt, endedAt: io.now(), writers, program: `kmsx ${version}` };
      const labels = places.map(({ place }) => place.label);
      const html = reportHtml(told.outcomes, told.summary, { ...facts, places: labels });
      await output.write(Buffer.from(html));
      // withOutputs leaves it to a view to name the file on a terminal, and a table names none.
      if (output.written !== undefined && showsViews(session) && io.stderr.isTerminal) {
        await session.reporter.note(`wrote ${describeFile(output.written)}`);
      }
    }
    return told.summary;
  });
  await tellSummary(summary, session);
  const written = proofFile?.written();
  if (written !== undefined) {
    const { label, count } = written;
    await session.reporter.note(`wrote ${label} (${counted(count, 'proof')})`);
  }
  const error = errorOf(summary);
  if (error !== undefined) throw error;
}

/** What is known first, then what a run finds out. */
async function* after<T, R>(known: readonly T[], run: AsyncGenerator<T, R>): AsyncGenerator<T, R> {
  yield* known;
  return yield* run;
}

function reportRequest({ report }: DrillOptions): readonly OutputRequest[] {
  if (report === undefined) return [];
  return [{ option: '--report', path: report, holds: 'document' }];
}
