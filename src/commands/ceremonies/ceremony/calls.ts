import type { Call, CallResult } from '../../../ceremony/run/stage.ts';
import type { CommandTree } from '../../../terminal/command-tree.ts';
import type { OutputStream } from '../../../terminal/io.ts';
import type { Session } from '../../../terminal/session.ts';
import type { OptionValues } from '../../shared/view/command-line.ts';
import { commandLine } from '../../shared/view/command-line.ts';
import type { CeremonyOptions } from './options.ts';

/** The options of a ceremony that go along with its commands, by what they are about. */
const TAKEN: Readonly<Record<Call['takes'][number], readonly (keyof CeremonyOptions)[]>> = {
  connection: [
    ...(['profile', 'region', 'gateway', 'endpoint', 'caFile', 'resolve'] as const),
    ...(['timeout', 'maxAttempts', 'deadline'] as const),
  ],
  passphrase: ['passphraseFile', 'passphraseEnv'],
  module: ['module', 'moduleParameters', 'pinFile', 'pinEnv'],
  store: ['store', 'storeCaFile'],
};

/**
 * Calls commands of kmsx in this process, as if they were typed: what they print on stdout is taken, what they say on stderr
 * is said, each warning once.
 *
 * @param given - the options that were given: a default goes without saying
 */
export function caller(
  given: readonly OptionValues[],
  tree: CommandTree,
  { io, options }: Session,
): (call: Call) => Promise<CallResult> {
  const stderr = sayingOnce(io.stderr);
  const global: OptionValues[] = [
    ['--quiet', options.quiet],
    ['--verbose', options.verbose],
    ['--no-input', !options.input],
  ];
  return async ({ words, options: own, takes }) => {
    const values: OptionValues[] = [
      ...own,
      ...takes.flatMap((group) => {
        const flags = TAKEN[group].map(flagOf);
        return given.filter(([option]) => flags.includes(option));
      }),
    ];
    const printed: Buffer[] = [];
    await tree.run([...words, ...[...values, ...global].flatMap(argumentsOf)], {
      ...io,
      stdin: { isTerminal: false, fileId: undefined, read: () => Promise.resolve(Buffer.alloc(0)) },
      stdout: takingInto(printed),
      stderr,
    });
    return { printed: Buffer.concat(printed).toString(), typed: commandLine(words, values) };
  };
}

function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function argumentsOf([option, value]: OptionValues): string[] {
  if (value === true) return [option];
  if (value === undefined || value === false) return [];
  const values = typeof value === 'string' ? [value] : value;
  return values.map((each) => `${option}=${each}`);
}

function takingInto(chunks: Buffer[]): OutputStream {
  const write = (bytes: Uint8Array): Promise<void> => {
    chunks.push(Buffer.from(bytes));
    return Promise.resolve();
  };
  return {
    isTerminal: false,
    columns: undefined,
    isOpen: true,
    fileId: undefined,
    write,
    writeUntil: write,
  };
}

/** Several commands warn of the same; each has a reporter of its own. */
function sayingOnce(stream: OutputStream): OutputStream {
  const said = new Set<string>();
  return {
    ...stream,
    write: async (bytes) => {
      const text = Buffer.from(bytes).toString();
      if (said.has(text)) return;
      said.add(text);
      await stream.write(bytes);
    },
  };
}
