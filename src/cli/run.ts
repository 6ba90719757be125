import { CommanderError } from 'commander';
import { writeError } from '../base/durable-file.ts';
import { KmsxError, kmsxError } from '../base/error.ts';
import { exitCodeOf, SIGNAL_EXIT_CODES } from './exit-codes.ts';
import { earlyOptions } from './early-options.ts';
import type { Io } from './io.ts';
import type { Program } from './program.ts';
import { InterruptedAtPrompt } from './prompt.ts';
import { createReporter } from './reporter.ts';

/**
 * Runs the program on arguments (without `node` and the script) and turns whatever comes of it into an
 * exit code, once: errors are printed here and nowhere else.
 */
export async function run(program: Program, argv: readonly string[], io: Io): Promise<number> {
  try {
    await parse(program, argv);
    return 0;
  } catch (thrown) {
    if (thrown instanceof InterruptedAtPrompt) return SIGNAL_EXIT_CODES.SIGINT;
    const error = asKmsxError(thrown);
    await createReporter(io, earlyOptions(argv)).error(error);
    if (io.env['KMSX_DEBUG'] === '1') await io.stderr.write(Buffer.from(trace(error)));
    return exitCodeOf(error.kind);
  }
}

async function parse(program: Program, argv: readonly string[]): Promise<void> {
  try {
    await program.command.parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    const isHelp = thrown instanceof CommanderError && thrown.exitCode === 0;
    if (!isHelp) throw thrown;
  }
  await program.printed().catch((error: unknown) => {
    throw writeError('standard output', error);
  });
}

function asKmsxError(thrown: unknown): KmsxError {
  if (thrown instanceof KmsxError) return thrown;
  if (thrown instanceof CommanderError) return fromCommander(thrown);
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return kmsxError('internal', `a defect in kmsx (${name})`, {}, thrown);
}

/** Commander's sentence in kmsx's voice; its suggestion becomes the hint. */
function fromCommander(error: CommanderError): KmsxError {
  if (error.code === 'commander.help') {
    return kmsxError('bad-usage', 'no command was given');
  }
  const [first = '', ...suggestions] = error.message.replace(/^error: /, '').split('\n');
  const hints = suggestions.map((line) => line.replace(/^\(|\)$/g, '').toLowerCase());
  return new KmsxError({
    kind: 'usage',
    code: 'bad-usage',
    message: first.replace(/\.$/, '').replaceAll("'", ''),
    hints: [...hints, 'kmsx --help lists the commands, kmsx COMMAND --help the options of one'],
  });
}

/** The stack of an error and of its causes, without their messages: those could quote an input. */
function trace(error: unknown): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const frames = (at.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    lines.push(at.name, ...frames);
  }
  return `${lines.join('\n')}\n`;
}
