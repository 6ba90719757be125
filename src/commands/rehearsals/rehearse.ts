import type { Command } from 'commander';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absolutePath } from '../../base/files/absolute-path.ts';
import { prepareDurableFile } from '../../base/files/durable-file.ts';
import { withTemporaryFolder } from '../../base/files/temporary/temporary-folder.ts';
import { makeFolders } from '../../base/files/make-folders.ts';
import { writeError } from '../../base/files/errors/write-error.ts';
import { kmsxError, systemErrorCode } from '../../base/error.ts';
import type { Io } from '../../terminal/io.ts';
import { printResult } from '../../terminal/output/json-output.ts';
import { createProgress } from '../../terminal/output/progress.ts';
import type { View } from '../../terminal/output/view.ts';
import { fact, nextBlock } from '../../terminal/output/view.ts';
import { optionOr } from '../../terminal/options.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import type { RehearsalResult, RehearsalStage } from '../../rehearsal/rehearsal.ts';
import { rehearse } from '../../rehearsal/rehearsal.ts';
import { DEFAULT_LIMITS } from '../../kms/attempts.ts';
import type { LocalKms } from '../../local-kms/start-local-kms.ts';
import { startLocalKms } from '../../local-kms/start-local-kms.ts';
import { clientOf } from '../shared/connection/connect.ts';
import { commandLine } from '../shared/view/command-line.ts';
import { describe } from '../shared/describe.ts';

interface RehearseOptions {
  readonly keep?: string;
}

/** What `kmsx rehearse` prints. */
interface RehearsalReport extends RehearsalResult {
  readonly Rehearsal: true;
  readonly Passed: true;
  readonly Steps: readonly string[];
  /** The files that stay: with `--keep`. */
  readonly Files?: readonly string[];
}

/** `kmsx rehearse`: a whole ceremony against the embedded KMS. */
export function defineRehearse(command: Command, io: Io): void {
  describe(command, {
    text: 'Rehearses a whole ceremony against an embedded KMS in memory: two wrapping key pairs, a data key exported to both, the backup, unwrap, compare, recover, and each lie refused. Shows each step on stderr and prints a JSON summary. Leaves nothing behind unless --keep is given.',
    examples: [
      ['a rehearsal', 'kmsx rehearse'],
      ['keep what was written, to look at it', 'kmsx rehearse --keep ./rehearsal'],
    ],
    exitCodes: [0, 1, 2, 4, 5, 6, 7],
  });
  command.addOption(
    optionOr(
      '--keep <dir>',
      'write the files into this folder, and leave them there',
      'nothing is left',
    ),
  );
  command.action(async (options: RehearseOptions) => {
    const session = createSession(command, io);
    const report = await runRehearse(options, session);
    await printResult(report, session, () => rehearsalView(report));
  });
}

async function runRehearse(options: RehearseOptions, session: Session): Promise<RehearsalReport> {
  const { io } = session;
  assertSafeEnvironment(io);
  if (options.keep !== undefined) {
    const folder = absolutePath(io.cwd, options.keep);
    await prepareFolder(folder, options.keep, io);
    return await rehearseIn(folder, folder, session);
  }
  return await withTemporaryFolder('kmsx-rehearsal-', io, (folder) =>
    rehearseIn(folder, undefined, session),
  );
}

/** Makes the folder of `--keep`, or accepts an empty one. */
async function prepareFolder(folder: string, label: string, io: Io): Promise<void> {
  try {
    await makeFolders(folder, 0o700, io.fileSteps);
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      const message = `${label} cannot be made: no folder can be there`;
      throw kmsxError('file-unwritable', message, { cause: error });
    }
    if (systemErrorCode(error) !== 'EEXIST') throw writeError(label, error);
  }
  throw kmsxError('bad-usage', `--keep takes a new or empty folder, and ${label} is not`);
}

async function rehearseIn(
  folder: string,
  keptFolder: string | undefined,
  session: Session,
): Promise<RehearsalReport> {
  const { io, reporter } = session;
  await reporter.warnOfRehearsal('this is a rehearsal: its KMS and its keys are made up for it');
  const progress = await createProgress(session);
  const steps: string[] = [];
  const step: RehearsalStage['step'] = async (title, work) => {
    const result = await progress.step(title, work);
    steps.push(title);
    return result;
  };
  const server = await step('start the embedded KMS on loopback', () =>
    startLocalKms({
      ...io,
      port: 0,
      waitForLockMs: 0,
      log: (line) => void reporter.detail(line),
    }),
  );
  try {
    const kms = await clientOf(server, { limits: DEFAULT_LIMITS }, session);
    try {
      const files: string[] = [];
      const save = saverIn(folder, (name) => files.push(join(keptFolder ?? '', name)), io);
      const result = await rehearse({
        kms,
        keyId: keyIdOf(server),
        now: () => io.now(),
        randomBytes: (length) => io.randomBytes(length),
        step,
        save,
      });
      const kept = keptFolder === undefined ? {} : { Files: files };
      return { Rehearsal: true, Passed: true, ...result, Steps: steps, ...kept };
    } finally {
      await kms.close();
    }
  } finally {
    await server.close();
  }
}

function keyIdOf({ announcement }: LocalKms): string {
  const [key] = announcement.Keys;
  if (key === undefined) throw new TypeError('a fresh embedded KMS has a key');
  return key.Aliases[0] ?? key.KeyId;
}

function saverIn(folder: string, tell: (name: string) => void, io: Io): RehearsalStage['save'] {
  return async (name, holds, bytes) => {
    const path = join(folder, name);
    const mode = holds === 'public key' ? 0o644 : 0o600;
    const file = await prepareDurableFile(path, { label: path, mode, existing: 'refuse' }, io);
    await file.commit(bytes);
    tell(name);
    return await readFile(path);
  };
}

/** One line, and what to try with the real KMS. */
function rehearsalView({ Steps, Refused, Files = [] }: RehearsalReport): View {
  return {
    verdict: `Rehearsed: ${Steps.length} steps passed, ${Refused.length} lies were refused`,
    blocks: [
      { rows: Files.map((file) => fact('kept', file)) },
      ...nextBlock([
        Files.length === 0
          ? commandLine(['doctor'], [['--key-id', 'KEY_ID']])
          : commandLine(['inspect', ...Files]),
      ]),
    ],
  };
}
