import { Chalk } from 'chalk';
import type { KmsxError } from '../base/error.ts';
import type { ColorChoice } from './output/color.ts';
import { colorsStderr } from './output/color.ts';
import type { Io } from './io.ts';
import { hintsFor } from './hints/hints.ts';
import { oneLine, withoutPasswords } from './output/printable.ts';

export interface ReporterOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: ColorChoice;
  readonly errorFormat: 'text' | 'json';
}

/**
 * All that kmsx says on stderr. In text: `kmsx: `, then `error: `, `hint: `, `warning: ` or nothing; lower
 * case, no full stop. With `--error-format json` each message is one line of JSON.
 */
export interface Reporter {
  /** For the operator's attention, each message once; `--quiet` leaves it out. */
  warn(message: string): Promise<void>;
  /** As `warn`, but shown with `--quiet` too. */
  warnAlways(message: string): Promise<void>;
  /** Says that something came from a rehearsal, with `--quiet` too, and once whatever it was. */
  warnOfRehearsal(message: string): Promise<void>;
  /** Progress in words; `--quiet` leaves it out. */
  note(message: string): Promise<void>;
  /** A message as `note` writes it, with its newline, for `Io.lastWords`. */
  line(message: string): string;
  /** Shown with `--verbose` only. */
  detail(message: string): Promise<void>;
  error(error: KmsxError): Promise<void>;
}

export function createReporter(io: Io, options: ReporterOptions): Reporter {
  const chalk = new Chalk({ level: colorsStderr(io, options.color) ? 1 : 0 });
  const json = options.errorFormat === 'json';

  const write = async (line: string): Promise<void> => {
    try {
      await io.stderr.write(Buffer.from(`${line}\n`));
    } catch {
      // There is nowhere left to say that stderr is gone; the exit code still tells.
    }
  };
  const warned = new Set<string>();
  const warn = async (message: string): Promise<void> => {
    if (warned.has(message)) return;
    warned.add(message);
    await write(
      json
        ? JSON.stringify({ Warning: { Message: said(message) } })
        : `kmsx: ${chalk.yellow('warning:')} ${said(message)}`,
    );
  };
  let isRehearsalSaid = false;
  const lineOf = (message: string): string =>
    json ? JSON.stringify({ Note: { Message: said(message) } }) : `kmsx: ${said(message)}`;
  const note = (message: string): Promise<void> => write(lineOf(message));

  return {
    warn: async (message) => {
      if (!options.quiet) await warn(message);
    },
    warnAlways: warn,
    warnOfRehearsal: async (message) => {
      if (isRehearsalSaid) return;
      isRehearsalSaid = true;
      await warn(message);
    },
    note: async (message) => {
      if (!options.quiet) await note(message);
    },
    line: (message) => `${lineOf(message)}\n`,
    detail: async (message) => {
      if (options.verbose && !options.quiet) await note(message);
    },
    error: async (error) => {
      const hints = hintsFor(error);
      if (json) {
        await write(JSON.stringify({ Error: errorObject(error, hints) }));
        return;
      }
      await write(`kmsx: ${chalk.red('error:')} ${said(error.message)}${origin(error)}`);
      for (const hint of hints) await write(`kmsx: ${chalk.cyan('hint:')} ${said(hint)}`);
    },
  };
}

function errorObject(error: KmsxError, hints: readonly string[]): object {
  return {
    Kind: error.kind,
    Code: said(error.code),
    Message: said(error.message),
    ...(hints.length > 0 && { Hint: hints.map(said).join('\n') }),
    ...(error.requestId !== undefined && { RequestId: said(error.requestId) }),
    ...(error.httpStatus !== undefined && { HttpStatus: error.httpStatus }),
    Retryable: error.kind === 'unavailable',
  };
}

/** What KMS said of itself: its Code and RequestId, for the operator's ticket. */
function origin(error: KmsxError): string {
  if (error.requestId === undefined) return '';
  return said(` (Code ${error.code}, RequestId ${error.requestId})`);
}

function said(text: string): string {
  return oneLine(withoutPasswords(text));
}
