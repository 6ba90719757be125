import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from '../../error.ts';
import type { FileSteps } from '../file-steps.ts';
import { isSameFile } from '../file-steps.ts';
import type { TemporaryFileContext } from './temporary-name.ts';
import {
  parseOldName,
  parseTemporaryName,
  pidSpace,
  temporaryName,
  temporarySuffix,
} from './temporary-name.ts';

/** A temporary file of an earlier run that this run leaves alone. */
export interface Leftover {
  readonly temporary: string;
  /** The path of the old file, if that run was killed after moving it aside and before putting the new one in place. */
  readonly old: string | undefined;
}

/** What earlier runs left beside a file. */
export interface EarlierFiles {
  readonly leftovers: readonly Leftover[];
  /** The paths of files that were moved aside, but for those of a leftover. */
  readonly old: readonly string[];
}

/** The names in a folder that say that an earlier run made them for one file. */
interface Traces {
  readonly temporaries: { readonly entry: string; pid: number; space: string; random: string }[];
  readonly old: { readonly entry: string; readonly random: string }[];
}

/** Age at which a temporary file of a process that cannot be seen from here counts as left behind. */
const FOREIGN_LEFTOVER_MS = 60 * 60 * 1000;

/** Files that are prepared together: their temporary names end alike, and each folder is read once for all of them. */
export class Preparation {
  readonly #context: TemporaryFileContext;
  readonly #space = pidSpace();
  readonly #suffix: string;
  readonly #folders = new Map<string, Promise<ReadonlyMap<string, Traces>>>();

  constructor(context: TemporaryFileContext) {
    this.#context = context;
    this.#suffix = temporarySuffix(this.#space, context);
  }

  /** The name of the temporary file of `target`, as these files have it. */
  temporaryName(target: string): string {
    return temporaryName(target, this.#suffix);
  }

  /** A name for a temporary file of `target` that nothing has had before. */
  newTemporaryName(target: string): string {
    return temporaryName(target, temporarySuffix(this.#space, this.#context));
  }

  /**
   * Removes the temporary files of `target` whose process has ended. Those of an interrupted replacement stay, and so do
   * those of another machine or PID namespace, whose processes cannot be seen from here.
   *
   * @returns the files of interrupted replacements, and those from elsewhere that are older than an hour; and the files
   * that were moved aside, of which a run that was killed may have said nothing
   * @throws the system's error where the folder can't be read
   */
  async removeLeftovers(target: string, steps: FileSteps): Promise<EarlierFiles> {
    const folder = dirname(target);
    const traces = (await this.#tracesIn(folder)).get(basename(target));
    if (traces === undefined) return { leftovers: [], old: [] };
    const stays: Leftover[] = [];
    const asides = new Map(traces.old.map(({ entry, random }) => [random, entry]));
    for (const { entry, pid, space, random } of traces.temporaries) {
      const isHere = space === this.#space;
      if (isHere && this.#context.isProcessAlive(pid)) continue;
      const temporary = join(folder, entry);
      try {
        const old = asides.get(random);
        const stats = lstatSync(temporary);
        const ageMs = this.#context.now().getTime() - stats.mtimeMs;
        if (old !== undefined && !isSameFile(temporary, target)) {
          stays.push({ temporary, old: join(folder, old) });
        } else if (isHere) {
          (stats.isDirectory() ? steps.removeFolder : steps.unlink)(temporary);
        } else if (ageMs > FOREIGN_LEFTOVER_MS) {
          stays.push({ temporary, old: undefined });
        }
      } catch (error) {
        // Another user's file in a sticky folder, a folder that is not empty, removed by now: it does no harm.
        if (systemErrorCode(error) === undefined) throw error;
      }
    }
    const told = new Set(stays.map((leftover) => leftover.old));
    const old = traces.old
      .map(({ entry }) => join(folder, entry))
      .filter((path) => !told.has(path))
      .sort();
    return { leftovers: stays, old };
  }

  #tracesIn(folder: string): Promise<ReadonlyMap<string, Traces>> {
    const traces = this.#folders.get(folder) ?? readTraces(folder);
    this.#folders.set(folder, traces);
    return traces;
  }
}

/** By the name of the file that they were made for. Nothing but names is looked at. */
async function readTraces(folder: string): Promise<ReadonlyMap<string, Traces>> {
  const byName = new Map<string, Traces>();
  const of = (name: string): Traces => {
    const traces = byName.get(name) ?? { temporaries: [], old: [] };
    byName.set(name, traces);
    return traces;
  };
  for (const entry of await readdir(folder)) {
    const temporary = parseTemporaryName(entry);
    if (temporary !== undefined) of(temporary.name).temporaries.push({ entry, ...temporary });
    const old = parseOldName(entry);
    if (old !== undefined) of(old.name).old.push({ entry, random: old.random });
  }
  return byName;
}
