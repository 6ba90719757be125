import koffi from 'koffi';
import type { RequestOf } from '../cryptoki/calls.ts';
import { CryptokiFailure } from '../cryptoki/calls.ts';
import type { AnswerMessage, RequestMessage } from '../cryptoki/messages.ts';
import { encodeMessage } from '../cryptoki/messages.ts';
import type { LoadedModule } from './perform.ts';
import { load, perform } from './perform.ts';
import { PIPE, readMessage, writeWhole } from './pipe.ts';

const RLIMIT_CORE = 4;

/** Answers one call after the other until the pipe is closed; then the module is finalised. */
export function serve(): void {
  forbidCoreDumps();
  let loaded: LoadedModule | undefined;
  const answerTo = ({ name, request }: RequestMessage): AnswerMessage => {
    try {
      if (name === 'load') {
        loaded = load(request as RequestOf<'load'>);
        return { value: loaded.info };
      }
      if (loaded === undefined) return { defect: 'no module is loaded' };
      return { value: perform(loaded, name, request as never) };
    } catch (error) {
      if (error instanceof CryptokiFailure) {
        return { functionName: error.functionName, returnValue: error.returnValue };
      }
      const words = error instanceof Error ? error.message : String(error);
      return name === 'load' ? { notLoaded: words } : { defect: words };
    }
  };
  for (;;) {
    const received = readMessage(PIPE);
    if (received === undefined) break;
    const answer = answerTo(received.message as RequestMessage);
    received.bytes.fill(0);
    writeWhole(PIPE, encodeMessage(answer));
  }
  // Logs out, closes sessions, and drops their objects.
  loaded?.library.tryCall('C_Finalize', null);
}

/**
 * A crash must not write the module's memory, with the PIN and the keys in it, to a disk. Linux hands it to a program that
 * collects core dumps whatever the limit is, but for a limit of 1 (its fs/coredump.c), which no file fits into either.
 */
function forbidCoreDumps(): void {
  const setrlimit = koffi.load(null).func('setrlimit', 'int', ['int', 'void *']);
  const none = Buffer.from(BigUint64Array.of(1n, 1n).buffer);
  if (setrlimit(RLIMIT_CORE, none) !== 0) throw new Error('core dumps cannot be forbidden');
}
