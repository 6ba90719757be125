import type { Command } from 'commander';
import { kmsxError } from '../../base/error.ts';
import { JOURNAL_FORMAT } from '../../batch/journal/events.ts';
import type { BatchCommand, LineValues } from '../../batch/manifest/fields.ts';
import { BATCH_COMMANDS, fieldsOf } from '../../batch/manifest/fields.ts';
import type { ManifestLine, ValidatedManifest } from '../../batch/manifest/manifest.ts';
import { validateManifest } from '../../batch/manifest/manifest.ts';
import type { LineWork } from '../../batch/run/run-lines.ts';
import type { ManifestSource } from '../../batch/manifest/source.ts';
import { assertOneStdin } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { actionArgument, assertTaken } from '../shared/actions.ts';
import { describe } from '../shared/describe.ts';
import { assertOnePassphraseSource, passphraseInput } from '../shared/passphrase.ts';
import { contextInput } from '../shared/context-options.ts';
import { newContextInput } from '../data-keys/reencrypt-key/new-context-options.ts';
import { commandLine, givenOptions } from '../shared/view/command-line.ts';
import { boundOptions, inputsOf } from './bound-options.ts';
import { commonValues, mergeValues } from './common-values.ts';
import { openManifest } from './open-manifest.ts';
import type { FreeNames } from './free-names.ts';
import { freeNames } from './free-names.ts';
import type { BatchOptions } from './options.ts';
import { addBatchOptions, readRunLimits, TAKEN_BY } from './options.ts';
import { assertNewOrBegun, isBegun, lineFileJudge, readPlaces } from './places.ts';
import { assertReachable } from './readers.ts';
import type { PlannedRun } from './planned-run.ts';
import { runBatch, withWork } from './run.ts';
import { withStores } from './stores.ts';

/** `kmsx batch`: runs a command for every line of a manifest. */
export function defineBatch(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Runs a command for every line of a manifest: JSON Lines, or CSV with a header. A line has a unique Name and what else the command needs; the options say it for all lines that do not.',
      'Everything is checked before KMS is called. A run that was interrupted or killed goes on where it ended when the same command is given again: each line has one result and one backup. Lines that failed are tried again.',
    ].join(' '),
    more: [
      {
        title: 'Fields of a line:',
        rows: BATCH_COMMANDS.map((each) => [each, fieldsOf(each).join(', ')]),
      },
    ],
    examples: [
      [
        'a data key for each line, for two HSMs, with a backup each',
        'kmsx batch export-key --manifest keys.jsonl --key-id alias/payments --pubkey a.pem --pubkey b.pem --out exports.jsonl --backup-dir backups',
      ],
      [
        'at most 200 calls a second, from a table',
        'kmsx batch reexport-key --manifest keys.csv --pubkey new-hsm.pem --out-dir exports --rate 200',
      ],
      [
        'the check values of all, to compare with what the HSM shows',
        'kmsx batch unwrap-key --manifest exports.csv --privkey wrapping.pem --check-value-only --out check-values.jsonl',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7, 8],
  });
  command.addArgument(
    actionArgument('kmsx batch', '<command>', 'what is run for every line', BATCH_COMMANDS),
  );
  addBatchOptions(command);
  command.action(async (batch: BatchCommand, options: BatchOptions) => {
    await run(batch, options, command, createSession(command, io));
  });
}

async function run(
  batch: BatchCommand,
  options: BatchOptions,
  command: Command,
  session: Session,
): Promise<void> {
  const { io } = session;
  assertSafeEnvironment(io);
  assertTaken(command, batch, TAKEN_BY);
  const limits = readRunLimits(options);
  const places = readPlaces(batch, options, io);
  assertOnePassphraseSource(options);
  assertOneStdin([
    { option: '--manifest', path: options.manifest },
    ...options.pubkey.map((path) => ({ option: '--pubkey', path })),
    ...passphraseInput(options),
    ...contextInput(options),
    ...newContextInput(options),
  ]);
  const values = await commonValues(options, session);
  if (batch !== 'unwrap-key') await assertReachable(options, session);
  const manifest = await openManifest(options.manifest, session);
  await withStores(places, options, session, async (stores) => {
    const { journal } = places;
    const begun = async (): Promise<boolean> =>
      journal.list === undefined
        ? await isBegun(journal)
        : (await stores.work?.list.isBegun()) === true;
    const planned = { batch, options, limits, places, stores, session, isBegun: begun };
    await runManifest(planned, manifest, values, command);
  });
}

async function runManifest(
  planned: PlannedRun,
  manifest: ManifestSource,
  values: LineValues,
  command: Command,
): Promise<void> {
  const { batch, options, places, stores, session } = planned;
  const { journal } = places;
  await assertNewOrBegun(places, planned.isBegun);
  const isResumed = await planned.isBegun();
  const free =
    isResumed || stores.backups === undefined
      ? undefined
      : freeNames(stores.backups, (mistake) => session.reporter.error(mistake));
  const judgeFiles = lineFileJudge(places, !isResumed);
  await withWork(planned, async (work) => {
    const prepare = (line: ManifestLine): Promise<LineWork> =>
      work.prepare(line.name, mergeValues(values, line.values, options.manifest));
    const check = async (line: ManifestLine): Promise<void> => {
      judgeFiles(line.name);
      await prepare(line);
      await free?.add(line);
    };
    const { count } = await validate(planned, manifest, check, free);
    stores.assertUsed();
    await runBatch(planned, work, {
      manifest,
      count,
      prepare,
      header: {
        Format: JOURNAL_FORMAT,
        Command: batch,
        Manifest: manifest.fingerprint,
        Options: boundOptions(batch, command, session.io, journal.list !== undefined),
        Inputs: inputsOf(values, await work.fingerprintsOf(options.pubkey)),
      },
      resume: commandLine(['batch', batch], givenOptions(command)),
    });
  });
}

/** Tells every mistake, and throws where there is one. */
async function validate(
  { batch, options, places, session }: PlannedRun,
  manifest: ManifestSource,
  check: Parameters<typeof validateManifest>[1]['check'],
  free: FreeNames | undefined,
): Promise<ValidatedManifest> {
  const { outFolder, backupFolder, keyFolder } = places;
  const validated = await validateManifest(manifest, {
    command: batch,
    namesFiles: [outFolder, backupFolder, keyFolder].some((folder) => folder !== undefined),
    check,
    onMistake: (mistake) => session.reporter.error(mistake),
  });
  const { count } = validated;
  const mistakes = validated.mistakes + ((await free?.end()) ?? 0);
  if (count === 0) {
    throw kmsxError('manifest-malformed', `${manifest.label} has no lines`);
  }
  if (mistakes > 0) {
    const many = mistakes === 1 ? 'a mistake' : `${mistakes} mistakes`;
    throw kmsxError('manifest-malformed', `${manifest.label} has ${many}; nothing was sent`, {
      hints: [
        `kmsx batch --help has the fields; mend ${options.manifest === '-' ? 'them' : options.manifest}, and run it again`,
      ],
    });
  }
  return validated;
}
