import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { equalBytes } from '../../../base/bytes/bytes.ts';
import { KmsxError, kmsxError, systemErrorCode } from '../../../base/error.ts';
import { prepareDurableFile } from '../../../base/files/durable-file.ts';
import { makeFolders } from '../../../base/files/make-folders.ts';
import { readError } from '../../../base/files/errors/read-error.ts';
import { writeError } from '../../../base/files/errors/write-error.ts';
import { carryOut } from '../../../ceremony/run/carry-out.ts';
import { knownOf } from '../../../ceremony/run/known.ts';
import { canonicalJson } from '../../../record/chain/canonical.ts';
import { checkFiles } from '../../../record/verify/check-files.ts';
import type { RecordEvent } from '../../../record/events.ts';
import { RECORD_FILES } from '../../../record/events.ts';
import { readRecord } from '../../../record/chain/read-record.ts';
import { assertInOrder } from '../../../record/verify/sealed.ts';
import type { RecordWriter } from '../../../record/chain/writer.ts';
import { readHeadFile, writeHead } from '../../../record/chain/head.ts';
import { createRecord, openRecord, sealRecord } from '../../../record/chain/writer.ts';
import { exitCodeOf, Interrupted } from '../../../terminal/exit-codes.ts';
import { hintsFor } from '../../../terminal/hints/hints.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import type { Session } from '../../../terminal/session.ts';
import { commandLine, givenOptions } from '../../shared/view/command-line.ts';
import { beginEvent } from './begin.ts';
import type { RunAction } from './options.ts';
import { assertFolder, readRunPlan } from './run-plan.ts';
import type { RunPlan } from './run-plan.ts';
import { ceremonyReport, ceremonyView } from './result.ts';
import { askPeople, makeStage } from './stage.ts';

/**
 * `kmsx ceremony run`: carries out a plan, step by step, and records it.
 *
 * @throws KmsxError of the step that failed, whose hint says how to go on; `ceremony-stopped` where people ended it
 */
export const runCeremony: RunAction = async (plan, options, session, called) => {
  const { io, reporter } = session;
  const run = await readRunPlan(plan, options, session);
  const resume = resumeCommand(run, called.command);
  const record = await (options.resume ? goOn(run, session) : begin(run, session));
  const forget = io.lastWords(() =>
    [
      reporter.line('the ceremony is not complete; nothing is deleted'),
      reporter.line(`hint: ${resume}`),
    ].join(''),
  );
  try {
    const stage = makeStage({ ...run, record }, options, called, session);
    const end = await carryOut(stage, ({ kind }) => exitCodeOf(kind));
    if (end === 'complete') await checkFiles(run.folder, await readRecord(run.folder));
    if (!knownOf(record.events).isSealed) {
      await sealRecord(record, run.folder, end === 'complete', io);
    } else if ((await readHeadFile(run.folder)) === undefined) {
      await writeHead(run.folder, record.head, io); // a crash came between the seal and its head
    }
    const report = ceremonyReport(
      run.plan,
      knownOf(record.events),
      options.folder ?? run.folder,
      record.head,
    );
    await printResult(report, session, () => ceremonyView(report));
  } catch (error) {
    if (error instanceof Interrupted) await reporter.note(`to go on: ${resume}`);
    if (!(error instanceof KmsxError)) throw error;
    const when = error.kind === 'crypto' ? 'if the leader decides that it goes on' : 'to go on';
    throw error.with({ hints: [...hintsFor(error), `${when}: ${resume}`] });
  } finally {
    forget();
    await record.close();
  }
  if (knownOf(record.events).isComplete) return;
  throw kmsxError(
    'ceremony-stopped',
    'the ceremony was ended: its record is sealed as not complete',
    { hints: ['keep the folder as evidence; begin again with a new --folder'] },
  );
};

function resumeCommand({ planPath }: RunPlan, command: Command): string {
  const given = givenOptions(command).filter(([option]) => option !== '--resume');
  return commandLine(['ceremony', 'run', planPath], [...given, ['--resume', true]]);
}

/** Makes the folder and begins the record, once people say so. */
async function begin(run: RunPlan, { io }: Session): Promise<RecordWriter> {
  const { folder, label, plan, bytes } = run;
  if (plan.Unattended !== true) await askToBegin(run, io);
  await makeNewFolder(folder, label, io);
  const path = join(folder, RECORD_FILES.plan);
  const file = await prepareDurableFile(path, { label: path, mode: 0o600, existing: 'refuse' }, io);
  await file.commit(bytes);
  return await createRecord(folder, await beginEvent(plan, bytes, io), io);
}

/** The folder is this run's own: one that came there meanwhile is not taken. */
async function makeNewFolder(folder: string, label: string, io: Session['io']): Promise<void> {
  try {
    await makeFolders(dirname(folder), 0o700, io.fileSteps);
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw writeError(label, error);
    throw kmsxError(
      'ceremony-folder',
      `${label} exists already: a ceremony has a folder of its own`,
    );
  }
}

async function askToBegin({ plan }: RunPlan, io: Session['io']): Promise<void> {
  const kind = plan.Practice ? 'PRACTICE' : 'PRODUCTION';
  const lines = [`${kind}: ${plan.Title}`];
  for (;;) {
    const word = await askPeople(lines, 'Does the ceremony begin? Type Yes or No: ', io);
    if (word === 'Yes') return;
    lines[1] = 'type the whole word, with its capital letter';
    if (word === 'No') throw kmsxError('ceremony-stopped', 'No was typed before it began');
  }
}

/** Opens the record of a ceremony that was interrupted. */
async function goOn(run: RunPlan, { io, reporter }: Session): Promise<RecordWriter> {
  const { folder, bytes, planPath, label } = run;
  assertFolder(folder, label);
  const keptPath = join(folder, RECORD_FILES.plan);
  const kept = await readFile(keptPath).catch((error: unknown) => {
    throw readError(keptPath, error);
  });
  if (!equalBytes(kept, bytes)) {
    throw kmsxError(
      'ceremony-folder',
      `${label} has the ceremony of another plan than ${planPath}`,
      { hints: [`its own plan is ${join(label, RECORD_FILES.plan)}`] },
    );
  }
  const record = await readRecord(folder);
  assertInOrder(record);
  const [begun] = record.events;
  if (begun?.Type !== 'begin') throw new TypeError('a record in order begins with its beginning');
  const isSame = canonicalJson(run.plan, planPath) === canonicalJson(begun.Plan, label);
  if (!isSame || begun.PlanSHA256 !== sha256(bytes)) {
    throw kmsxError('ceremony-folder', `${label} was begun with another plan than ${planPath}`);
  }
  assertNotEnded(record.events, label);
  await checkFiles(folder, record);
  const { writer, halfLine } = await openRecord(folder, io);
  if (halfLine !== undefined) {
    await reporter.warn('the last line of the record was cut short by a crash: it is kept as text');
  }
  if (!knownOf(writer.events).isSealed) {
    await writer.append({
      Type: 'resumed',
      ...(halfLine !== undefined && { HalfLine: halfLine }),
    });
  }
  return writer;
}

/** What was sealed as not complete stays so. */
function assertNotEnded(events: readonly RecordEvent[], label: string): void {
  const { isSealed, isComplete } = knownOf(events);
  if (!isSealed || isComplete) return;
  throw kmsxError('ceremony-folder', `the ceremony in ${label} was ended as not complete`, {
    hints: ['begin again: leave out --resume, and give --folder a new name'],
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
