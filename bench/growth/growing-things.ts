import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ceremony } from '../ceremony.ts';
import { stateOf } from '../local-kms/state.ts';
import type { StateSize } from '../local-kms/state.ts';

/** A command as it is run, and what its environment has besides. */
export interface Command {
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** One thing of which there may be many. */
export interface GrowingThing {
  readonly name: string;
  /** The fewest that there can be; by default 1. */
  readonly least?: number;
  /** The most that kmsx takes, or that is tried; by default `MOST`. */
  readonly most?: number;
  /** Makes so many, in a new folder, and gives the command that takes them all. */
  readonly prepare: (size: number, place: string) => Promise<Command> | Command;
}

/** The most that is asked for of anything. */
export const MOST = 10_000;

const MOST_RECIPIENTS = 100;
const MOST_COMPONENTS = 255;

/**
 * The things of which there may be many, each with a command that takes them all.
 *
 * @param folder - of the ceremony
 */
export function growingThings(ceremony: Ceremony, folder: string): readonly GrowingThing[] {
  return [
    ...documents(ceremony, folder),
    ...recipients(ceremony, folder),
    ...components(ceremony),
    ...states(folder),
    {
      name: '`export-key` into a folder of so many files',
      prepare: (size, place) => {
        for (let index = 0; index < size; index += 1) writeFileSync(join(place, `${index}`), '');
        const [, ...where] = ceremony.exportArguments().slice(0, -4);
        return { args: ['export-key', ...where, ...outputsIn(place)] };
      },
    },
  ];
}

function documents(ceremony: Ceremony, folder: string): GrowingThing[] {
  const backupFile = join(folder, 'backup-1.json');
  const backup = JSON.parse(readFileSync(backupFile, 'utf8')) as object;
  const [, , address = ''] = ceremony.commands()['list-keys']?.() ?? [];
  return [
    {
      name: '`inspect`, backups under one KMS key',
      prepare: (size, place) => {
        const files = Array.from({ length: size }, (_, index) => {
          const CiphertextBlob = randomBytes(120).toString('base64');
          const file = join(place, `${index}.json`);
          writeFileSync(file, JSON.stringify({ ...backup, CiphertextBlob }));
          return file;
        });
        return { args: ['inspect', ...files] };
      },
    },
    {
      name: '`verify-key`, one backup named so often',
      most: 1_000,
      prepare: (size) => {
        const all = Array.from({ length: size }, () => ['--against', backupFile]).flat();
        return { args: ['verify-key', '--endpoint', address, ...opened(ceremony), ...all] };
      },
    },
  ];
}

function recipients(ceremony: Ceremony, folder: string): GrowingThing[] {
  const exported = JSON.parse(readFileSync(ceremony.exportFile, 'utf8')) as {
    readonly Exports: readonly object[];
  };
  /** The export document with so many recipients, of which the last is the one that opens it. */
  const documentFor = (size: number, place: string): string => {
    const file = join(place, 'export.json');
    const others = Array.from({ length: size - 1 }, () => ({
      ...exported.Exports[0],
      ExportedDataKey: randomBytes(256).toString('base64'),
      PublicKeyFingerprint: `SHA256:${randomBytes(32).toString('hex')}`,
    }));
    const Exports = [...others, ...exported.Exports];
    writeFileSync(file, JSON.stringify({ ...exported, ...Exports[0], Exports }));
    return file;
  };
  const publicKeys = Array.from({ length: MOST_RECIPIENTS }, (_, index) => {
    const file = join(folder, `recipient-${index}.pem`);
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(file, publicKey.export({ format: 'pem', type: 'spki' }));
    return file;
  });
  return [
    {
      name: '`export-key`, RSA public keys',
      most: MOST_RECIPIENTS,
      prepare: (size, place) => {
        const [, ...where] = ceremony.exportArguments().slice(0, 5);
        const all = publicKeys.slice(0, size).flatMap((file) => ['--pubkey', file]);
        return { args: ['export-key', ...where, ...all, ...outputsIn(place)] };
      },
    },
    {
      name: '`inspect`, recipients of an export document',
      most: 1_000,
      prepare: (size, place) => ({ args: ['inspect', documentFor(size, place)] }),
    },
    {
      name: '`unwrap-key`, recipients of an export document',
      most: 1_000,
      prepare: (size, place) => ({
        args: ['unwrap-key', ...opened(ceremony, documentFor(size, place))],
      }),
    },
  ];
}

function components(ceremony: Ceremony): GrowingThing[] {
  const filesIn = (place: string, size: number): string[] =>
    Array.from({ length: size }, (_, index) => join(place, `${index}.json`));
  const split = (files: readonly string[], ...more: readonly string[]): string[] => {
    const all = files.flatMap((file) => ['--component', file]);
    return ['unwrap-key', ...opened(ceremony), ...all, ...more];
  };
  const combine = (files: readonly string[], ...more: readonly string[]): Command => {
    ceremony.processes.kmsx(...split(files, ...more));
    return { args: ['combine', ...files] };
  };
  const bounds = { least: 2, most: MOST_COMPONENTS };
  return [
    {
      name: '`unwrap-key`, components of one data key',
      ...bounds,
      prepare: (size, place) => ({ args: split(filesIn(place, size)) }),
    },
    {
      name: '`combine`, components by XOR',
      ...bounds,
      prepare: (size, place) => combine(filesIn(place, size)),
    },
    {
      name: '`combine`, components by Shamir’s scheme, all needed',
      ...bounds,
      prepare: (size, place) => combine(filesIn(place, size), '--threshold', `${size}`),
    },
  ];
}

/** What the embedded KMS keeps in a file, which a command with `--gateway local` reads and writes. */
/** What `list-keys` does by itself: its usual pace is KMS's quota. */
const UNPACED = ['--rate', '999999'];

function states(folder: string): GrowingThing[] {
  const local = async (place: string, size: StateSize, ...args: string[]): Promise<Command> => {
    const state = join(place, 'kmsx', 'local-kms');
    mkdirSync(state, { recursive: true, mode: 0o700 });
    writeFileSync(join(state, 'state.json'), await stateOf(size), { mode: 0o600 });
    return { args: [...args, '--gateway', 'local'], env: { XDG_STATE_HOME: place } };
  };
  const key = ['--key-id', 'alias/rehearsal', '--pubkey', join(folder, 'public.pem')];
  return [
    {
      name: '`list-keys`, KMS keys',
      prepare: (keys, place) => local(place, { keys }, 'list-keys', ...UNPACED),
    },
    {
      name: '`list-keys`, aliases of one KMS key',
      prepare: (aliases, place) => local(place, { aliases }, 'list-keys', ...UNPACED),
    },
    {
      name: '`export-key --gateway local`, KMS keys in the state',
      prepare: (keys, place) => local(place, { keys }, 'export-key', ...key, ...outputsIn(place)),
    },
    {
      name: '`export-key --gateway local --backup secret:…`, which changes the state',
      prepare: (keys, place) =>
        local(place, { keys }, 'export-key', ...key, '--backup', 'secret:backup'),
    },
  ];
}

function outputsIn(place: string): string[] {
  return ['--backup', join(place, 'backup.json'), '--out', join(place, 'export.json')];
}

function opened(
  { privateKeyFile, exportFile }: Ceremony,
  file: string = exportFile,
): readonly string[] {
  return ['--privkey', privateKeyFile, '--in', file];
}
