import { colorsStderr } from './color.ts';
import { textWidth } from './text-width.ts';
import type { Session } from '../session.ts';

/** How far long work has come. */
export interface ProgressState {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
}

/** A bar on a terminal; elsewhere a line now and then. */
export interface ProgressBar {
  /** Takes the bar away, so that something else can be written; it comes back by itself. */
  clear(): Promise<void>;
  end(): Promise<void>;
}

const BAR_EACH_MS = 250;
const LINE_EACH_MS = 10_000;

const CLEAR = '\r\u001b[K';

/**
 * Shows how far work has come, with its rate and the time that is left: as a bar if stderr is a terminal, otherwise as a
 * line every ten seconds; nothing with `--quiet`.
 *
 * @param state - is asked each time
 */
export function startProgressBar(state: () => ProgressState, session: Session): ProgressBar {
  const { io, options, reporter } = session;
  const ended = new AbortController();
  const start = io.monotonicMs();
  const before = state().done + state().failed;
  const isBar =
    io.stderr.isTerminal &&
    options.errorFormat === 'text' &&
    !options.verbose &&
    io.env['TERM'] !== 'dumb';
  const write = (text: string): Promise<void> =>
    io.stderr.write(Buffer.from(text)).catch(() => undefined); // the work goes on without
  let isShown = false;
  const clear = async (): Promise<void> => {
    if (!isShown) return;
    isShown = false;
    await write(CLEAR);
  };
  const show = async (): Promise<void> => {
    const now = state();
    const text = progressText(now, now.done + now.failed - before, io.monotonicMs() - start);
    if (!isBar) {
      await reporter.note(text);
      return;
    }
    const columns = textWidth(io.stderr, io);
    const bar = barOf(now, columns - text.length - 3, colorsStderr(io, options.color));
    isShown = true;
    await write(`${CLEAR}${bar} ${text}`.slice(0, columns + CLEAR.length + 20));
  };
  const run = async (): Promise<void> => {
    for (;;) {
      await io.sleep(isBar ? BAR_EACH_MS : LINE_EACH_MS, ended.signal);
      await show();
    }
  };
  const running = options.quiet
    ? Promise.resolve()
    : run().catch((error: unknown) => {
        if (!ended.signal.aborted) throw error;
      });
  return {
    clear,
    end: async () => {
      ended.abort();
      await running;
      await clear();
    },
  };
}

/** As in `1,200 of 10,000 done, 3 failed, 412 a second, 21 s left`. */
export function progressText(
  { done, failed, total }: ProgressState,
  since: number,
  elapsedMs: number,
): string {
  const rate = elapsedMs > 0 ? (since * 1000) / elapsedMs : 0;
  const left = total - done - failed;
  const parts = [`${number(done)} of ${number(total)} done`];
  if (failed > 0) parts.push(`${number(failed)} failed`);
  if (rate > 0) {
    parts.push(`${rate < 10 ? rate.toFixed(1) : number(Math.round(rate))} a second`);
    if (left > 0) parts.push(`${duration(left / rate)} left`);
  }
  return parts.join(', ');
}

function number(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 100) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.ceil(minutes / 60)} h`;
}

/** Empty where there is no room. */
function barOf({ done, failed, total }: ProgressState, width: number, colored: boolean): string {
  const room = Math.min(30, width);
  if (room < 5 || total === 0) return '';
  const filled = Math.round(((done + failed) / total) * room);
  const [full, empty] = ['█'.repeat(filled), '░'.repeat(room - filled)];
  return colored ? `\u001b[32m${full}\u001b[39m${empty}` : full + empty;
}
