import { KmsxError } from '../../base/error.ts';
import { hintsFor } from '../../terminal/hints/hints.ts';
import type { Output } from '../../terminal/files/outputs.ts';

/** One of several outputs that make sense together only. */
export interface Part {
  readonly output: Output;
  /** Called when it is written; what it gives is overwritten after. */
  readonly encode: () => Buffer;
}

/** What the error of a part says of the others. */
export interface PartWords {
  /** If nothing remains, as in `no component remains`. */
  readonly none: string;
  readonly hint: string;
}

/**
 * Writes every part, all or none: if one fails, or the process is interrupted, the files that this run wrote are
 * removed. Files go first: what went to a stream can't be taken back.
 *
 * @throws KmsxError that of the part that could not be written, which says what remains
 */
export async function writeAllOrNone(
  parts: readonly Part[],
  { none, hint }: PartWords,
  signal: AbortSignal,
): Promise<void> {
  const retractAll = (): void => {
    for (const { output } of parts) output.retract?.();
  };
  signal.addEventListener('abort', retractAll, { once: true });
  const sent: string[] = [];
  try {
    for (const { output, encode } of [...parts.filter(isFile), ...parts.filter(isStream)]) {
      const bytes = encode();
      await output.write(bytes).finally(() => bytes.fill(0));
      if (output.retract === undefined) sent.push(output.label);
    }
  } catch (error) {
    const remaining = [...sent, ...retractEach(parts)];
    if (!(error instanceof KmsxError)) throw error;
    const remark = remaining.length === 0 ? none : `${remaining.join(' and ')} remains`;
    throw withRemark(error, remark, [hint]);
  } finally {
    signal.removeEventListener('abort', retractAll);
  }
}

/** The same error, with what else is to be known. */
export function withRemark(error: KmsxError, remark: string, hints: readonly string[]): KmsxError {
  return error.with({
    message: `${error.message}; ${remark}`,
    hints: [...(error.code === 'stream-closed' ? [] : hintsFor(error)), ...hints],
  });
}

function isFile({ output }: Part): boolean {
  return output.retract !== undefined;
}

function isStream(part: Part): boolean {
  return !isFile(part);
}

/** Takes back every file; gives those that could not be. */
function retractEach(parts: readonly Part[]): string[] {
  const remaining: string[] = [];
  for (const { output } of parts) {
    try {
      output.retract?.();
    } catch {
      remaining.push(output.label); // the error to show is the one that made this necessary
    }
  }
  return remaining;
}
