import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { envValue } from '../../base/env.ts';
import { kmsxError } from '../../base/error.ts';
import { absolutePath } from '../../base/files/absolute-path.ts';
import { readLines } from '../../base/files/read-lines.ts';
import { STORE_PREFIX } from '../../base/place-prefixes.ts';
import type { Destination, Destinations } from '../../batch/delivery.ts';
import type { BatchCommand } from '../../batch/manifest/fields.ts';
import type { Io } from '../../terminal/io.ts';
import { storeNameOf } from '../shared/backup/backup-places.ts';
import { storeAddress } from '../shared/store/store-options.ts';
import type { BatchOptions } from './options.ts';

/** Where a journal is: in a file, or in a store, where runs on several machines share it. */
export type JournalPlace =
  (Destination & { readonly list: undefined }) | { readonly list: string; readonly label: string };

/** Where everything of a run goes. */
export interface BatchPlaces extends Omit<Destinations, 'keep'> {
  readonly journal: JournalPlace;
  /** Whether backups go into the store. */
  readonly keepsInStore: boolean;
  /** Where plaintext keys go: `unwrap-key` alone has one. */
  readonly keyFolder: Destination | undefined;
}

/**
 * Reads where everything goes.
 *
 * @throws KmsxError `bad-usage`, `options-conflict`, `output-twice`, `store-name-malformed`; those of `storeAddress`
 */
export function readPlaces(batch: BatchCommand, options: BatchOptions, io: Io): BatchPlaces {
  const { out, outDir, backupDir, checkValueOnly } = options;
  const at = (option: string, label: string | undefined): Destination | undefined => {
    if (label === undefined) return undefined;
    if (label === '-' || label === '' || label.startsWith('/dev/')) {
      throw kmsxError(
        'bad-usage',
        `${option} takes a name on a disk: standard output has the summary`,
      );
    }
    return { path: absolutePath(io.cwd, label), label: label.replace(/(?<=.)\/+$/, '') };
  };
  const isKeys = batch === 'unwrap-key' && !checkValueOnly;
  if (out !== undefined && outDir !== undefined) {
    throw kmsxError('options-conflict', '--out and --out-dir exclude each other', {
      hints: ['leave out --out or --out-dir'],
    });
  }
  if (isKeys && outDir === undefined) {
    throw kmsxError('bad-usage', 'batch unwrap-key writes keys to --out-dir alone', {
      hints: ['give --out-dir DIR, or --check-value-only with --out FILE'],
    });
  }
  const list = storeNameOf(options.journal ?? '');
  const keepsInStore = isKeptInStore(batch, options, io);
  if (list !== undefined) assertMayShare(batch, options, isKeys);
  if (list !== undefined || keepsInStore) {
    storeAddress(list === undefined ? '--store' : `--journal ${STORE_PREFIX}${list}`, options, io);
  }
  const places: BatchPlaces = {
    out: at('--out', out),
    outFolder: isKeys ? undefined : at('--out-dir', outDir),
    keyFolder: isKeys ? at('--out-dir', outDir) : undefined,
    backupFolder: at('--backup-dir', backupDir),
    resultsAreBackups: batch === 'reencrypt-key',
    keepsInStore,
    journal:
      list === undefined
        ? { ...journalAt(batch, options, at), list }
        : { list, label: `${STORE_PREFIX}${list}` },
  };
  assertNoFolder('--out', places.out);
  const journal = places.journal.list === undefined ? places.journal : undefined;
  assertNoFolder('--journal', journal);
  assertApart([
    ['--out', places.out],
    ['--out-dir', places.outFolder ?? places.keyFolder],
    ['--backup-dir', places.backupFolder],
    ['--journal', journal],
  ]);
  return places;
}

function journalAt(
  batch: BatchCommand,
  { out, outDir, backupDir, journal }: BatchOptions,
  at: (option: string, label: string | undefined) => Destination | undefined,
): Destination {
  const main = out ?? outDir ?? (batch === 'reencrypt-key' ? backupDir : undefined);
  if (main === undefined) {
    throw kmsxError('bad-usage', '--out FILE or --out-dir DIR is needed: where the results go');
  }
  const place = at('--journal', journal ?? `${main.replace(/(?<=.)\/+$/, '')}.journal`);
  if (place === undefined) throw new TypeError('a journal has a name');
  return place;
}

/** Backups go into the store that is named, unless they go into a folder: then lines read from it. */
function isKeptInStore(
  batch: BatchCommand,
  { store, backupDir }: BatchOptions,
  { env }: Pick<Io, 'env'>,
): boolean {
  if (batch !== 'export-key' && batch !== 'reencrypt-key') return false;
  if (backupDir === undefined) return (store ?? envValue(env, 'KMSX_STORE')) !== undefined;
  if (batch === 'reencrypt-key' || store === undefined) return false;
  throw kmsxError('options-conflict', '--backup-dir and --store exclude each other', {
    hints: ['leave out --backup-dir or --store'],
  });
}

/** What would be spread over the disks of several machines stays out of a journal that they share. */
function assertMayShare(batch: BatchCommand, { backupDir }: BatchOptions, isKeys: boolean): void {
  if (isKeys) {
    throw kmsxError('options-conflict', `batch ${batch} writes keys here: its journal is a file`, {
      hints: ['give --check-value-only, or --journal FILE'],
    });
  }
  if (backupDir === undefined) return;
  throw kmsxError('options-conflict', '--journal store:NAME keeps backups in the store', {
    hints: ['leave out --backup-dir'],
  });
}

function assertNoFolder(option: string, place: Destination | undefined): void {
  if (place === undefined) return;
  const isFolder = statSync(place.path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder && !place.path.endsWith('/')) return;
  throw kmsxError('output-is-folder', `${option} ${place.label} names a folder`);
}

function assertApart(places: readonly (readonly [string, Destination | undefined])[]): void {
  const seen = new Map<string, string>();
  for (const [option, place] of places) {
    if (place === undefined) continue;
    const stats = statSync(place.path, { throwIfNoEntry: false });
    const ids = [place.path.replace(/\/+$/, ''), ...(stats ? [`${stats.dev}:${stats.ino}`] : [])];
    for (const id of ids) {
      const other = seen.get(id);
      if (other !== undefined && other !== option) {
        throw kmsxError('output-twice', `${other} and ${option} cannot both be ${place.label}`);
      }
      seen.set(id, option);
    }
  }
}

/** Whether an earlier run began a journal in a file. */
export async function isBegun({ path }: Destination): Promise<boolean> {
  for await (const line of readLines(path)) return line.length > 0;
  return false;
}

/** @throws KmsxError `output-exists` for a first run: what it writes must not be there. */
export async function assertNewOrBegun(
  { out }: BatchPlaces,
  isJournalBegun: () => Promise<boolean>,
): Promise<void> {
  if (out === undefined || !existsSync(out.path) || (await isJournalBegun())) return;
  throw kmsxError(
    'output-exists',
    `${out.label} already exists, and no journal that goes on with it`,
    {
      hints: ['give another --out, or move it away'],
    },
  );
}

/** Whether the plaintext key of a line that is done is there: no journal has it. */
export function keyStands(name: string, { keyFolder }: BatchPlaces): boolean {
  return keyFolder === undefined || existsSync(join(keyFolder.path, `${name}.key`));
}

/**
 * Judges the files that lines make, by their names: none is `--out` or the journal, and before a first run none is there.
 *
 * @returns throws KmsxError `output-twice`, `output-exists`
 */
export function lineFileJudge(places: BatchPlaces, isFirst: boolean): (name: string) => void {
  const taken = new Map(
    (
      [
        ['--out', places.out],
        ['--journal', places.journal],
      ] as const
    ).flatMap(([option, place]) =>
      place !== undefined && 'path' in place ? [[idOf(realPathOf(place.path)), option]] : [],
    ),
  );
  const folders = [
    [places.outFolder, '.json'],
    [places.backupFolder, '.json'],
    [places.keyFolder, '.key'],
  ] as const;
  const reals = folders.map(([folder]) => folder && realPathOf(folder.path));
  return (name) => {
    for (const [index, [folder, extension]] of folders.entries()) {
      if (folder === undefined) continue;
      const label = `${folder.label}/${name}${extension}`;
      const option = taken.get(idOf(join(reals[index] ?? '', `${name}${extension}`)));
      if (option !== undefined) {
        throw kmsxError(
          'output-twice',
          `${label} would be this line's file, and is ${option} too`,
          {
            hints: [`give another ${option}`],
          },
        );
      }
      if (isFirst && existsSync(join(folder.path, `${name}${extension}`))) {
        throw kmsxError('output-exists', `${label} already exists`, {
          hints: [
            'to go on with the run that made it, give its --out or --journal; else give another --backup-dir or --out-dir',
          ],
        });
      }
    }
  };
}

/** Where letter case makes no difference, names of files are the same in another. */
function idOf(path: string): string {
  return path.toLowerCase();
}

/** The path without links, as far as it is there. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPathOf(parent), basename(path));
  }
}
