import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Env } from '../../../base/env.ts';
import { hasCode, KmsxError, kmsxError } from '../../../base/error.ts';
import { isChangeableByOthers } from '../../../base/files/changeable.ts';
import { prepareDurableFile } from '../../../base/files/durable-file.ts';
import { makeFolders } from '../../../base/files/make-folders.ts';
import { writeError } from '../../../base/files/errors/write-error.ts';
import type { CompiledPlace } from '../../../base/own-programs.ts';
import { shellWord } from '../../../base/text/shell-word.ts';
import type { LocalKms } from '../../../local-kms/start-local-kms.ts';
import { startLocalKms } from '../../../local-kms/start-local-kms.ts';
import type { Io } from '../../../terminal/io.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import type { View } from '../../../terminal/output/view.ts';
import { fact } from '../../../terminal/output/view.ts';
import { createProgress } from '../../../terminal/output/progress.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import { describe } from '../../shared/describe.ts';
import { withTemporaryFolder } from '../../../base/files/temporary/temporary-folder.ts';
import { createRecorder } from './recorder.ts';
import { SAMPLES } from './samples.ts';

/** What `kmsx cache` prints. */
interface CacheReport {
  readonly Folder: string;
  /** The files that were made now, one for each command. */
  readonly Made: readonly string[];
  /** The files that were there already, and are read. */
  readonly Kept: readonly string[];
  /** Files that are there and not read: damaged, or writable by others. */
  readonly NotRead: readonly string[];
}

/** `kmsx cache`: keeps the code of common commands compiled, beside the program. */
export function defineCache(command: Command, io: Io): void {
  describe(command, {
    text: 'Makes kmsx start faster on this machine: runs common commands once against an embedded KMS and keeps their code compiled, in the folder cache/ of the installation, for this version of Node.js. kmsx never makes it by itself. It reads the folder only where nobody else can write it, and ignores what is damaged or from another version; remove the folder to be rid of it. It takes about 27 MB.',
    examples: [
      ['after npm install, as the user who installed it', 'kmsx cache'],
      ['how long a start takes now', 'time kmsx --help'],
    ],
    exitCodes: [0, 2, 7],
  });
  command.action(async () => {
    const session = createSession(command, io);
    const report = await runCache(session);
    await printResult(report, session, () => cacheView(report));
  });
}

const COMMANDS = SAMPLES.map(({ command }) => command);

function cacheView({ Folder, Made, Kept, NotRead }: CacheReport): View {
  const starting = Made.length + Kept.length - NotRead.length;
  return {
    verdict: `${starting} commands start from compiled code`,
    tone: NotRead.length === 0 ? 'good' : 'warning',
    blocks: [
      {
        rows: [
          fact('folder', Folder),
          fact('made', String(Made.length)),
          fact('kept', String(Kept.length)),
          ...NotRead.map((name) => fact('not read', name)),
        ],
      },
    ],
  };
}

async function runCache(session: Session): Promise<CacheReport> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  const before = await placeNow(io);
  await prepareFolder(before.Folder, io);
  const nameOf = (command: string): string => before.Prefix + command;
  const missing = COMMANDS.filter((each) => !existsSync(join(before.Folder, nameOf(each))));
  if (missing.length > 0) await compile(before, missing, session);
  const { Folder, Usable } = await placeNow(io);
  const NotRead = COMMANDS.filter((command) => !Usable.includes(command)).map(nameOf);
  for (const name of NotRead) {
    const path = shellWord(join(Folder, name));
    await reporter.warn(`${path} is not read: rm ${path}, and kmsx cache again`);
  }
  const others = (await readdir(Folder)).filter((name) => !COMMANDS.map(nameOf).includes(name));
  const older = others.length === 0 ? '' : `; ${others.length} files of other versions are there`;
  const undo = `rm -r ${shellWord(Folder)} undoes it`;
  await reporter.note(`${Usable.length} commands start from ${Folder}${older}; ${undo}`);
  return {
    Folder,
    Made: missing.map(nameOf),
    Kept: Usable.filter((command) => !missing.includes(command)).map(nameOf),
    NotRead,
  };
}

async function placeNow(io: Io): Promise<CompiledPlace> {
  const place = await createRecorder(io, {}).place(COMMANDS);
  if (place !== undefined) return place;
  const message = 'this kmsx is one file, which keeps no compiled code beside it';
  throw kmsxError('cache-not-possible', message, {
    hints: ['install the package of kmsx for that'],
  });
}

/** Code runs as whoever calls kmsx, so nobody else may be able to change it. */
async function prepareFolder(folder: string, io: Io): Promise<void> {
  const isThere = existsSync(folder);
  if (await isChangeableByOthers(isThere ? folder : dirname(folder), io.userId)) {
    throw kmsxError(
      'cache-not-possible',
      `${folder} is not used: another user could change it, a folder above it, or a link on the way`,
      { hints: ['install kmsx where only its owner can write, and run this as that user'] },
    );
  }
  if (isThere) return;
  try {
    await makeFolders(folder, 0o755, io.fileSteps);
    await chmod(folder, 0o755); // whatever the umask: others may read the program too
  } catch (error) {
    const known = writeError(folder, error);
    const hint =
      'run it as the user who installed kmsx; kmsx works without, and starts more slowly';
    throw known instanceof KmsxError ? known.with({ hints: [hint] }) : known;
  }
}

/** Runs every sample twice: once to know what it loads, once to keep that compiled. */
async function compile(
  place: CompiledPlace,
  commands: readonly string[],
  session: Session,
): Promise<void> {
  const { io } = session;
  const progress = await createProgress(session);
  await withTemporaryFolder('kmsx-cache-', io, async (folder) => {
    const server = await progress.step('start the embedded KMS on loopback', () =>
      startLocalKms({ ...io, port: 0, waitForLockMs: 0 }),
    );
    try {
      const recorder = createRecorder(io, environmentOf(server, folder, io));
      const namesOf = (command: string): string => join(folder, `${command}.names`);
      await progress.step(`run ${SAMPLES.length} commands`, () =>
        inFolder(join(folder, 'first'), async (cwd) => {
          for (const { command, args } of SAMPLES) {
            await recorder.names(namesOf(command), args, cwd);
          }
        }),
      );
      await inFolder(join(folder, 'second'), async (cwd) => {
        for (const { command, args } of SAMPLES) {
          const compiled = join(folder, command);
          const isKept = commands.includes(command);
          await progress.step(`${isKept ? 'compile' : 'run'} ${command}`, async () => {
            await recorder.code(compiled, namesOf(command), args, cwd);
            if (isKept) await keep(compiled, join(place.Folder, place.Prefix + command), io);
          });
        }
      });
    } finally {
      await server.close();
    }
  });
}

/** Another run may have been faster. */
async function keep(compiled: string, path: string, io: Io): Promise<void> {
  try {
    const options = { label: path, mode: 0o644, existing: 'refuse' } as const;
    const file = await prepareDurableFile(path, options, io);
    await file.commit(await readFile(compiled));
    await chmod(path, 0o644);
  } catch (error) {
    if (!hasCode(error, 'output-exists')) throw error;
  }
}

async function inFolder(folder: string, use: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(folder);
  await use(folder);
}

/** The embedded KMS, and nothing of the caller's own. */
function environmentOf({ announcement }: LocalKms, home: string, io: Io): Env {
  return {
    PATH: io.env['PATH'],
    HOME: home,
    KMSX_ENDPOINT: announcement.Endpoint,
    KMSX_KEY_ID: announcement.Keys[0]?.KeyId,
    ALIBABA_CLOUD_REGION_ID: announcement.Region,
    ALIBABA_CLOUD_ACCESS_KEY_ID: announcement.AccessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: announcement.AccessKeySecret,
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
  };
}
