import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { kmsxError } from '../../base/error.ts';
import { isTerminal, writeDescriptor } from '../../base/files/descriptor.ts';
import { prepareDurableFile } from '../../base/files/durable-file.ts';
import type { Leftover } from '../../base/files/temporary/earlier-files.ts';
import { Preparation } from '../../base/files/temporary/earlier-files.ts';
import { isThere } from '../../base/files/file-steps.ts';
import { writeError } from '../../base/files/errors/write-error.ts';
import type { Io } from '../io.ts';
import type { Reporter } from '../reporter.ts';
import type { Input } from './inputs.ts';
import type { OutputRequest, Place } from './output-place.ts';
import { openSpecial } from './open-special.ts';
import { findPlace } from './output-place.ts';

/** Disk space that is reserved for an output before anything happens, unless it may need more. */
const RESERVED_BYTES = 64 * 1024;

/** A file that is on stable storage. */
export interface WrittenFile {
  /** As the user named it. */
  readonly label: string;
  /** In bytes. */
  readonly size: number;
  /** Its permission bits. */
  readonly mode: number;
}

/** How many files of earlier runs are named. */
const MOST_TOLD = 3;

/** An output that is checked and ready. End it with `write` or `discard`. */
export interface Output {
  readonly label: string;
  readonly isStdout: boolean;
  /** Writes all of it; resolves when it is on stable storage, or accepted whole by a pipe or device. */
  write(bytes: Uint8Array): Promise<void>;
  discard(): Promise<void>;
  /** Removes a file that was written, synchronously; undefined for a stream. */
  retract?(): void;
  /** The file that stands since `write`; undefined for a stream. */
  readonly written?: WrittenFile | undefined;
  /** Whether a path would be this same file, as the file system sees it; undefined for a stream. */
  isNamedBy?(path: string): boolean;
}

export interface OutputRules {
  readonly force: boolean;
  readonly forceTerminal: boolean;
  readonly io: Io;
  readonly reporter: Reporter;
  /** Nothing will be written: a device or named pipe is not opened, because its reader would notice. */
  readonly isTrial?: boolean;
}

/**
 * Checks every output against the others, the inputs and the file system, and prepares it, so that problems are found
 * before anything happens. If one fails, nothing is left behind.
 *
 * @throws KmsxError `output-twice`, `output-is-input`, `output-exists`, `output-is-folder`,
 * `output-is-secret`, `terminal-refused`, `file-unwritable`, `disk-full`
 */
export async function prepareOutputs(
  requests: readonly OutputRequest[],
  inputs: readonly Pick<Input, 'fileId'>[],
  rules: OutputRules,
): Promise<Output[]> {
  const taken = new Map<string, OutputRequest | undefined>();
  for (const { fileId } of inputs) {
    if (fileId !== undefined) taken.set(fileId, undefined);
  }
  const places: [OutputRequest, Place][] = [];
  for (const request of requests) {
    const place = await findPlace(request, rules.io);
    assertFree(place, request, taken);
    for (const id of place.ids) taken.set(id, request);
    places.push([request, place]);
  }
  const outputs: Output[] = [];
  const preparation = new Preparation(rules.io);
  try {
    for (const [request, place] of places) {
      const same = place.kind === 'file' ? indexOfSame(place.path, outputs, preparation) : -1;
      if (same !== -1) throw outputTwice(place, request.option, places[same]?.[0].option);
      outputs.push(await prepareOutput(request, place, rules, preparation));
    }
  } catch (error) {
    await discardAll(outputs);
    throw error;
  }
  return outputs;
}

/**
 * Which of the outputs a path names too, as the file system sees it; -1 for none. Of many they are asked only where there
 * is a temporary file already: then there mostly is one that says yes.
 */
function indexOfSame(path: string, outputs: readonly Output[], preparation: Preparation): number {
  if (!isThere(preparation.temporaryName(path))) return -1;
  return outputs.findIndex((output) => output.isNamedBy?.(path) === true);
}

/** Discards outputs that were not written; harmless for those that were. */
export async function discardAll(outputs: readonly Output[]): Promise<void> {
  for (const output of outputs) await output.discard();
}

function outputTwice({ kind, label }: Place, option: string, other?: string): Error {
  const where = kind === 'stdout' ? 'standard output' : label;
  const both = other === option ? `two ${option} outputs` : `${other ?? ''} and ${option}`;
  return kmsxError('output-twice', `${both} cannot both be ${where}`);
}

/** @param taken - the ids of inputs (undefined) and of other outputs */
function assertFree(
  place: Place,
  { option }: OutputRequest,
  taken: ReadonlyMap<string, OutputRequest | undefined>,
): void {
  const id = place.ids.find((each) => taken.has(each));
  if (id === undefined) return;
  const other = taken.get(id)?.option;
  if (other !== undefined) throw outputTwice(place, option, other);
  throw kmsxError('output-is-input', `${option} ${place.label} is also an input`);
}

async function prepareOutput(
  request: OutputRequest,
  place: Place,
  rules: OutputRules,
  preparation: Preparation,
): Promise<Output> {
  const { io } = rules;
  const assertMayShow = (isTerminal: boolean): void => {
    if (isTerminal) assertShowable(place.label, request, rules);
  };
  switch (place.kind) {
    case 'stdout':
      assertMayShow(io.stdout.isTerminal);
      return streamOutput(place.label, true, (bytes) => io.stdout.write(bytes));
    case 'descriptor':
      assertMayShow(isTerminal(place.descriptor));
      return streamOutput(place.label, false, (bytes) =>
        writeDescriptor(place.descriptor, bytes, io.signal),
      );
    case 'special':
      return await prepareSpecial(place, assertMayShow, rules);
    case 'file':
      return await prepareFile(request, place.path, rules, preparation);
  }
}

/** A terminal shows a key only with `--force-terminal`, and a component never: it belongs to one person. */
function assertShowable(
  label: string,
  { holds }: OutputRequest,
  { forceTerminal }: OutputRules,
): void {
  if (holds === 'component') {
    throw kmsxError('terminal-refused', `${label} is a terminal; a component is not shown there`, {
      hints: ['give each component a file of its own'],
    });
  }
  if (forceTerminal || (holds !== 'secret' && holds !== 'private key')) return;
  throw kmsxError(
    'terminal-refused',
    `${label} is a terminal; a ${holds === 'secret' ? 'plaintext' : 'private'} key is not shown there`,
    holds === 'private key' ? { hints: ['give a file, or --force-terminal to show it'] } : {},
  );
}

/** An output that is written to and never replaced. */
function streamOutput(
  label: string,
  isStdout: boolean,
  write: (bytes: Uint8Array) => Promise<void>,
): Output {
  return {
    label,
    isStdout,
    write: async (bytes) => {
      await write(bytes).catch((error: unknown) => {
        throw writeError(label, error);
      });
    },
    discard: () => Promise.resolve(),
  };
}

async function prepareSpecial(
  { path, label, stats }: Place & { kind: 'special' },
  assertMayShow: (isTerminal: boolean) => void,
  { io: { signal }, reporter, isTrial = false }: OutputRules,
): Promise<Output> {
  const noteWaiting = (): Promise<void> => reporter.note(`waiting for a reader of ${label}`);
  try {
    // A socket cannot be opened: the attempt reports why.
    if (isTrial && !stats.isSocket()) {
      await access(path, constants.W_OK);
      return streamOutput(label, false, () => Promise.reject(new TypeError('nothing is written')));
    }
    const handle = await openSpecial(path, label, stats, noteWaiting, signal);
    const output = streamOutput(label, false, async (bytes) => {
      await writeDescriptor(handle.fd, bytes, signal);
      await handle.close();
    });
    try {
      assertMayShow(isTerminal(handle.fd));
    } catch (error) {
      await handle.close();
      throw error;
    }
    return { ...output, discard: () => handle.close() };
  } catch (error) {
    throw writeError(label, error);
  }
}

async function prepareFile(
  { path: label, holds, reserveBytes = RESERVED_BYTES }: OutputRequest,
  path: string,
  { io, reporter, force }: OutputRules,
  preparation: Preparation,
): Promise<Output> {
  const file = await prepareDurableFile(
    path,
    {
      label,
      mode: holds === 'public key' ? 0o644 : 0o600,
      existing: force ? 'move-aside' : 'refuse',
      reserveBytes,
    },
    io,
    preparation,
  );
  const { leftovers, old } = file.earlier;
  for (const leftover of leftovers.slice(0, MOST_TOLD)) {
    await reporter.warn(leftoverWarning(label, leftover));
  }
  if (leftovers.length > MOST_TOLD) {
    const more = leftovers.length - MOST_TOLD;
    await reporter.warn(`${more} more files of earlier runs lie beside ${label}`);
  }
  if (force && old.length > 0) {
    const told = old.slice(0, MOST_TOLD).join(' and ');
    const more = old.length > MOST_TOLD ? ` and ${old.length - MOST_TOLD} more` : '';
    await reporter.warn(`older files of ${label} are still there: ${told}${more}`);
  }
  let written: WrittenFile | undefined;
  return {
    label,
    isStdout: false,
    get written() {
      return written;
    },
    write: async (bytes) => {
      const { movedAside, mode, modeIgnored, secondName } = await file.commit(bytes);
      written = { label, size: bytes.length, mode };
      for (const old of movedAside) await reporter.warn(`the old ${label} is now ${old}`);
      if (modeIgnored) {
        await reporter.warn(`${label} is on a file system without modes: others may read it`);
      }
      if (secondName !== undefined) {
        await reporter.warnAlways(
          `${secondName} is ${label} under another name, which could not be removed: remove it`,
        );
      }
    },
    discard: async () => {
      const left = await file.discard();
      if (left === undefined) return;
      await reporter.warnAlways(`${left} is temporary and could not be removed: remove it`);
    },
    isNamedBy: (other) => file.isNamedBy(other),
    retract: () => {
      file.retract();
      written = undefined;
    },
  };
}

function leftoverWarning(label: string, { temporary, old }: Leftover): string {
  return old === undefined
    ? `another machine or container left ${temporary}: remove it if nothing there is writing ${label}`
    : `an earlier run was killed while it replaced ${label}: the old file is ${old}, the new one ${temporary}; both stay`;
}
