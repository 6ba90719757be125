import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { writeDescriptor } from '../../base/files/descriptor.ts';
import { prepareDurableFile } from '../../base/files/durable-file.ts';
import { writeError } from '../../base/files/write-error.ts';
import { KmsxError, kmsxError, systemErrorCode } from '../../base/error.ts';
import type { Input } from './inputs.ts';
import type { Io } from '../io.ts';
import { checkOldFile, existing, isNeverReplaced, keepsOld, ruleFor } from './old-file.ts';
import type { OutputRequest, Place } from './output-place.ts';
import { findPlace } from './output-place.ts';
import type { Reporter } from '../reporter.ts';

const NAMED_PIPE_POLL_MS = 20;

/** Room that is taken on the disk for an output before anything happens: no document is longer. */
const RESERVED_BYTES = 64 * 1024;

/** An output that has been checked and made ready. End it with `write` or `discard`. */
export interface Output {
  readonly label: string;
  readonly isStdout: boolean;
  /** Writes all of it; resolves when it is on stable storage, or accepted whole by a pipe or device. */
  write(bytes: Uint8Array): Promise<void>;
  discard(): Promise<void>;
  /** Takes back a file that was written, at once; undefined for what went to a stream. */
  retract?(): void;
}

export interface OutputRules {
  readonly force: boolean;
  readonly forceTerminal: boolean;
  readonly io: Io;
  readonly reporter: Reporter;
  /** Nothing will be written: a device or named pipe is not opened, since its reader would see that. */
  readonly isTrial?: boolean;
}

/**
 * Checks every output against the others, the inputs and the file system, and makes each one ready, so
 * that what can go wrong is found before anything happens. If one fails, none is left behind.
 *
 * @throws KmsxError `output-twice`, `output-is-input`, `output-exists`, `output-keeps-old`,
 * `output-is-folder`, `output-is-secret`, `terminal-refused`, `file-unwritable`, `disk-full`
 */
export async function prepareOutputs(
  requests: readonly OutputRequest[],
  inputs: readonly Pick<Input, 'fileId'>[],
  rules: OutputRules,
): Promise<Output[]> {
  const taken = new Map<string, string>();
  for (const input of inputs) {
    if (input.fileId !== undefined) taken.set(input.fileId, '');
  }
  const places: Place[] = [];
  for (const request of requests) {
    const place = await findPlace(request, rules.io);
    for (const id of place.ids) {
      const other = taken.get(id);
      if (other === '') {
        throw kmsxError('output-is-input', `${request.option} ${place.label} is also an input`);
      }
      if (other !== undefined) {
        const where = place.kind === 'stdout' ? 'standard output' : place.label;
        const both =
          other === request.option ? `two ${other} outputs` : `${other} and ${request.option}`;
        throw kmsxError('output-twice', `${both} cannot both be ${where}`, {
          option: request.option,
        });
      }
    }
    for (const id of place.ids) taken.set(id, request.option);
    places.push(place);
  }

  const outputs: Output[] = [];
  try {
    for (const [index, request] of requests.entries()) {
      const place = places[index];
      if (place !== undefined) outputs.push(await prepareOutput(request, place, rules));
    }
  } catch (error) {
    await discardAll(outputs);
    throw error;
  }
  return outputs;
}

/** Discards outputs that were not written; harmless for those that were. */
export async function discardAll(outputs: readonly Output[]): Promise<void> {
  for (const output of outputs) await output.discard();
}

async function prepareOutput(
  request: OutputRequest,
  place: Place,
  rules: OutputRules,
): Promise<Output> {
  const { io } = rules;
  if (isKeptFromTerminals(request, rules)) assertNoTerminal(place, io, request);
  switch (place.kind) {
    case 'stdout':
      return streamOutput(place.label, true, (bytes) => io.stdout.write(bytes));
    case 'descriptor':
      return streamOutput(place.label, false, (bytes) =>
        writeDescriptor(place.descriptor, bytes, io.signal),
      );
    case 'special':
      return await openSpecial(place.path, place.label, place.stats, request, rules);
    case 'file':
      return await prepareFile(request, place.path, rules);
  }
}

/** A key is shown on a terminal with `--force-terminal` only, a component never: it is one person's. */
function isKeptFromTerminals({ holds }: OutputRequest, { forceTerminal }: OutputRules): boolean {
  if (holds === 'component') return true;
  return !forceTerminal && (holds === 'secret' || holds === 'private key');
}

function assertNoTerminal(place: Place, io: Io, request: OutputRequest): void {
  const isTerminal =
    (place.kind === 'stdout' && io.stdout.isTerminal) ||
    (place.kind === 'descriptor' && isatty(place.descriptor));
  if (isTerminal) throw terminalError(place.label, request);
}

function terminalError(label: string, { holds }: OutputRequest): Error {
  if (holds === 'component') {
    return kmsxError('terminal-refused', `${label} is a terminal; a component is not shown there`, {
      hint: 'give each component a file of its own',
    });
  }
  return kmsxError(
    'terminal-refused',
    `${label} is a terminal; a plaintext key is not shown there`,
    holds === 'private key'
      ? { hint: 'send it to a file or a pipe, or give --force-terminal to show it' }
      : {},
  );
}

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

/** A device or named pipe: written to, never replaced. A named pipe is waited for until it has a reader. */
async function openSpecial(
  path: string,
  label: string,
  stats: Stats,
  request: OutputRequest,
  rules: OutputRules,
): Promise<Output> {
  const { signal } = rules.io;
  // A socket is never opened: the attempt says why it cannot be an output.
  if (rules.isTrial === true && !stats.isSocket()) return await trySpecial(path, label);
  let told = false;
  for (;;) {
    try {
      const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
      const handle = await open(path, flags);
      if (isKeptFromTerminals(request, rules) && isatty(handle.fd)) {
        await handle.close();
        throw terminalError(label, request);
      }
      return {
        ...streamOutput(label, false, async (bytes) => {
          await writeDescriptor(handle.fd, bytes, signal);
          await handle.close();
        }),
        discard: () => handle.close(),
      };
    } catch (error) {
      if (!(stats.isFIFO() && systemErrorCode(error) === 'ENXIO')) throw writeError(label, error);
      if (!told) await rules.reporter.note(`waiting for a reader of ${label}`);
      told = true;
      await delay(NAMED_PIPE_POLL_MS, undefined, { signal });
    }
  }
}

async function trySpecial(path: string, label: string): Promise<Output> {
  await access(path, constants.W_OK).catch((error: unknown) => {
    throw writeError(label, error);
  });
  return streamOutput(label, false, () => Promise.reject(new TypeError('a trial writes nothing')));
}

async function prepareFile(
  request: OutputRequest,
  path: string,
  { io, reporter, force }: OutputRules,
): Promise<Output> {
  const label = request.path;
  if (force) await checkOldFile(request, path);
  const file = await prepareDurableFile(
    path,
    {
      label,
      mode: request.holds === 'public key' ? 0o644 : 0o600,
      existing: force && !isNeverReplaced(request) ? ruleFor(request) : 'refuse',
      rescueNew: request.holds === 'backup' || request.holds === 'document',
      reserveBytes: RESERVED_BYTES,
    },
    io,
  ).catch((error: unknown) => {
    const exists = error instanceof KmsxError && error.code === 'output-exists';
    if (exists && isNeverReplaced(request)) throw keepsOld(label, `a ${request.holds}`);
    throw exists ? existing(request, path, error) : error;
  });
  return {
    label,
    isStdout: false,
    write: async (bytes) => {
      const report = await file.commit(bytes);
      for (const kept of report.keptAs) await reporter.warn(`the old ${label} is now ${kept}`);
      if (report.modeIgnored) {
        await reporter.warn(`${label} is on a file system without modes: others may read it`);
      }
    },
    discard: () => file.discard(),
    retract: () => {
      file.retract();
    },
  };
}
