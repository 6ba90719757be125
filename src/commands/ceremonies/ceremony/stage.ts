import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { placeOf } from '../../../ceremony/plan/place-of.ts';
import type { Stage } from '../../../ceremony/run/stage.ts';
import { equalBytes } from '../../../base/bytes/bytes.ts';
import { kmsxError } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { prepareDurableFile } from '../../../base/files/durable-file.ts';
import { readError } from '../../../base/files/errors/read-error.ts';
import { existsError } from '../../../base/files/errors/write-error.ts';
import type { RecordWriter } from '../../../record/chain/writer.ts';
import { recordedFile } from '../../../record/chain/recorded-file.ts';
import type { Io } from '../../../terminal/io.ts';
import type { Session } from '../../../terminal/session.ts';
import { encodePem } from '../../../wrapping/pem.ts';
import { givenOptions } from '../../shared/view/command-line.ts';
import { caller } from './calls.ts';
import { assertCanBegin } from './findings.ts';
import { keepMissing } from './keep-missing.ts';
import type { RunPlan } from './run-plan.ts';
import type { Called, CeremonyOptions } from './options.ts';

/** What a ceremony is carried out in. */
export interface CeremonyRun extends RunPlan {
  readonly record: RecordWriter;
}

/** Makes what a ceremony is carried out with, from the command line. */
export function makeStage(
  run: CeremonyRun,
  options: CeremonyOptions,
  { command, tree }: Called,
  session: Session,
): Stage {
  const { io, reporter } = session;
  const { plan, planFolder, folder, record } = run;
  return {
    plan,
    folder,
    record,
    now: () => io.now(),
    placeOf: (place) => placeOf(plan, planFolder, folder, place),
    fileOf: (path) => absolutePath(planFolder, path),
    call: caller(givenOptions(command), tree, session),
    ask: (lines, question) => askPeople(lines, question, io),
    say: (line) => reporter.note(line),
    exists: existsSync,
    read: (path) =>
      readFile(path).catch((error: unknown) => {
        throw readError(path, error);
      }),
    write: (path, bytes) => writeOnce(path, bytes, io),
    recordedFile: (path) => recordedFile(folder, path),
    tokenKey: async (uri) => {
      const { tokenRecipient } = await import('../../shared/module/token-recipient.ts');
      const { publicKey, algorithm } = await tokenRecipient(uri, undefined, options, session);
      return { pem: encodePem('PUBLIC KEY', publicKey.spki).toString(), algorithm: algorithm.name };
    },
    assertSound: () => assertCanBegin(run.opened, options, session, true),
    keepBackup: (document, places) => keepMissing(document, places, options, session),
  };
}

/** @throws KmsxError `input-needed` without a terminal, or with `--no-input` */
export async function askPeople(
  lines: readonly string[],
  question: string,
  io: Pick<Io, 'mayAsk' | 'promptLine'>,
): Promise<string> {
  const indented = lines.map((line) => `  ${line}\n`).join('');
  const typed = io.mayAsk ? await io.promptLine(`${indented}${question}`) : undefined;
  if (typed !== undefined) return typed;
  const why = io.mayAsk ? 'there is no terminal' : '--no-input forbids asking';
  throw kmsxError('input-needed', `the people of a ceremony are asked, and ${why}`, {
    details: { instead: 'a terminal, or a practice plan with Unattended: true' },
    hints: ['run it on a terminal; a practice plan with Unattended: true asks nobody'],
  });
}

/** A step that is carried out again finds its file. */
async function writeOnce(path: string, bytes: Uint8Array, io: Io): Promise<void> {
  if (existsSync(path)) {
    if (equalBytes(await readFile(path), bytes)) return;
    throw existsError(path);
  }
  const file = await prepareDurableFile(path, { label: path, mode: 0o644, existing: 'refuse' }, io);
  await file.commit(bytes);
}
