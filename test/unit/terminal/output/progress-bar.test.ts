import { describe, expect, it } from 'vitest';
import { progressText, startProgressBar } from '../../../../src/terminal/output/progress-bar.ts';
import type { GlobalOptions } from '../../../../src/terminal/options.ts';
import { createReporter } from '../../../../src/terminal/reporter.ts';
import type { Session } from '../../../../src/terminal/session.ts';
import type { TestIo } from '../../../support/test-io.ts';
import { testIo } from '../../../support/test-io.ts';

const OPTIONS: GlobalOptions = {
  ...{ quiet: false, verbose: false, color: 'never', errorFormat: 'text', json: false },
  ...{ force: false, forceTerminal: false, input: true },
};

describe('the text of progress', () => {
  it.each([
    [{ done: 0, failed: 0, total: 10 }, 0, 0, '0 of 10 done'],
    [
      { done: 1200, failed: 3, total: 10_000 },
      1203,
      3000,
      '1,200 of 10,000 done, 3 failed, 401 a second, 22 s left',
    ],
    [
      { done: 500, failed: 0, total: 100_000 },
      5,
      1000,
      '500 of 100,000 done, 5.0 a second, 6 h left',
    ],
    [{ done: 10, failed: 0, total: 10 }, 10, 1000, '10 of 10 done, 10 a second'],
  ])('%j', (state, since, elapsed, text) => {
    expect(progressText(state, since, elapsed)).toBe(text);
  });
});

/** Lets time pass three times, and then no more. */
async function shown(options: Parameters<typeof testIo>[0], changes = {}): Promise<string> {
  let ticks = 0;
  let now = 0;
  let done: () => void = () => undefined;
  const enough = new Promise<void>((resolve) => (done = resolve));
  const io: TestIo = {
    ...testIo(options),
    monotonicMs: () => now,
    sleep: async (ms, signal) => {
      ticks += 1;
      now += ms;
      if (ticks <= 3) return;
      done();
      await new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    },
  };
  const session: Session = {
    io,
    options: { ...OPTIONS, ...changes },
    reporter: createReporter(io, { ...OPTIONS, ...changes }),
  };
  const bar = startProgressBar(() => ({ done: ticks * 10, failed: 0, total: 100 }), session);
  if (!session.options.quiet) await enough;
  await bar.end();
  return io.stderrText();
}

describe('progress', () => {
  it('is a line every ten seconds where there is no terminal', async () => {
    expect(await shown({})).toBe(
      [10, 20, 30].map((n) => `kmsx: ${n} of 100 done, 1.0 a second, ${100 - n} s left\n`).join(''),
    );
  });

  it('is a bar on a terminal, of one line, which goes when the work is done', async () => {
    const text = await shown({ stderrIsTerminal: true, columns: 80 });
    expect(text).not.toContain('\n');
    expect(text).toContain('█████████░░░');
    expect(text).toContain('30 of 100 done, 40 a second, 2 s left');
    expect(text.endsWith('\r\u001b[K')).toBe(true);
    for (const bar of text.split('\r\u001b[K')) expect(bar.length).toBeLessThanOrEqual(80);
  });

  it('is nothing with --quiet', async () => {
    expect(await shown({ stderrIsTerminal: true, columns: 80 }, { quiet: true })).toBe('');
  });
});
