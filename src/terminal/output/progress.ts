import { colorsStderr } from './color.ts';
import type { Session } from '../session.ts';

/** Shows the steps of a long command on stderr. */
export interface Progress {
  /** Runs one step and shows its outcome. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Shows steps as spinners that end with a tick or a cross if stderr is a terminal with colours, otherwise as plain
 * lines; nothing with `--quiet`.
 */
export async function createProgress({ io, options, reporter }: Session): Promise<Progress> {
  if (options.quiet) return { step: (_, work) => work() };
  const spins =
    io.stderr.isTerminal && options.errorFormat === 'text' && colorsStderr(io, options.color);
  if (!spins) {
    return {
      step: async (title, work) => {
        const result = await work();
        await reporter.note(`ok: ${title}`);
        return result;
      },
    };
  }
  const { default: ora } = await import('ora');
  return {
    step: async (title, work) => {
      const spinner = ora({ text: title, discardStdin: false }).start();
      try {
        const result = await work();
        spinner.succeed();
        return result;
      } catch (error) {
        spinner.fail();
        throw error;
      }
    },
  };
}
