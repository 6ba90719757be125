import type { RequestOf } from '../cryptoki/calls.ts';
import { CryptokiFailure } from '../cryptoki/calls.ts';
import type { AnswerMessage, RequestMessage } from '../cryptoki/messages.ts';
import { encodeMessage } from '../cryptoki/messages.ts';
import { endingAfter, forbidCoreDumps } from './limits.ts';
import type { LoadedModule } from './perform.ts';
import { load, NonsenseError, perform } from './perform.ts';
import { PIPE, readMessage, writeWhole } from './pipe.ts';

/**
 * Answers one call after the other until the pipe is closed; then the module is finalised.
 *
 * @param seconds - how long one call may take before the system ends this process
 */
export function serve(seconds: number): void {
  forbidCoreDumps();
  const inTime = endingAfter(seconds);
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
      if (error instanceof NonsenseError) return { nonsense: error.message };
      const words = error instanceof Error ? error.message : String(error);
      return name === 'load' ? { notLoaded: words } : { defect: words };
    }
  };
  try {
    for (;;) {
      const received = readMessage(PIPE);
      if (received === undefined) break;
      const answer = inTime(() => answerTo(received.message as RequestMessage));
      received.bytes.fill(0);
      writeWhole(PIPE, encodeMessage(answer));
    }
  } finally {
    // Logs out, closes sessions, and drops their objects; also where nobody reads an answer any more.
    inTime(() => loaded?.library.tryCall('C_Finalize', null));
  }
}
