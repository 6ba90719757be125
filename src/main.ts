import { writeSync } from 'node:fs';
import { setMaxListeners } from 'node:events';
import { isThreadBusy } from './base/thread-work.ts';
import type { StopSignal } from './terminal/exit-codes.ts';
import { SIGNAL_EXIT_CODES } from './terminal/exit-codes.ts';
import { createProgram } from './program/program.ts';
import { run } from './program/run.ts';
import type { Io } from './terminal/io.ts';
import { systemIo } from './terminal/system-io.ts';

// Diagnostic reports hold the environment; `node --report-on-signal` may have asked for them.
Object.assign(process.report, {
  reportOnSignal: false,
  reportOnFatalError: false,
  reportOnUncaughtException: false,
});

// Of the SDKs' code, of which users can change nothing; in standard error, which programs read.
process.noDeprecation = true;

/** Where the program was loaded from: `src/start/loader.ts` gives it to each chunk. */
declare const kmsxFiles: readonly string[] | undefined;
const programFiles = typeof kmsxFiles === 'undefined' ? [] : kmsxFiles;

/** Node.js's own exit code for a program that did not come to its end. */
const UNSETTLED = 13;

const interrupt = new AbortController();
setMaxListeners(0, interrupt.signal); // each of many outputs listens
let take: Parameters<Io['takeSignals']>[0] | undefined;
const lastWords = new Set<() => string>();

const signals = Object.keys(SIGNAL_EXIT_CODES) as StopSignal[];
for (const signal of signals) {
  const stop = (): void => {
    if (take !== undefined) {
      if (take(signal)) process.once(signal, stop);
      return;
    }
    interrupt.abort(); // temporary files are removed, at once
    for (const words of lastWords) sayAtOnce(words());
    // At its exit Node waits for the threads that look up names, open files and derive keys. One that hangs would keep
    // the process alive: then the signal ends it, with what a shell calls the same exit code.
    const waiting = process.getActiveResourcesInfo();
    if (isThreadBusy() || waiting.some((name) => /^(?:FSReq|Get(?:Addr|Name)Info)/.test(name))) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    process.exit(SIGNAL_EXIT_CODES[signal]);
  };
  process.once(signal, stop);
}

// A defect outside of run must not leave temporary files, nor print what an error quotes.
process.once('uncaughtException', (error: unknown) => {
  interrupt.abort();
  const name = error instanceof Error ? error.name : typeof error;
  process.stderr.write(`kmsx: error: a defect in kmsx (${name})\n`);
  process.exit(1);
});

const io = systemIo(
  process,
  programFiles,
  interrupt.signal,
  (taker) => (take = taker),
  (words) => {
    lastWords.add(words);
    return () => void lastWords.delete(words);
  },
);
const argv = process.argv.slice(2);
// Node.js ends a process that waits for nothing any more, whether or not the run has come to an end.
process.exitCode = UNSETTLED;
process.once('exit', () => {
  if (process.exitCode === UNSETTLED)
    process.stderr.write('kmsx: error: a defect in kmsx (no end)\n');
});
void main();

/** No other write would come out before the end of the process. */
function sayAtOnce(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // There is nowhere to say it.
  }
}

async function main(): Promise<void> {
  process.exitCode = await run(createProgram(io, argv), argv, io);
}
