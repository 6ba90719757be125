import { systemErrorCode } from '../base/error.ts';

export interface LoggedCall {
  readonly time: Date;
  /** As the request has it: untrusted. */
  readonly action: string | undefined;
  /** Absent where no answer is sent. */
  readonly httpStatus: number | undefined;
  readonly code: string | undefined;
  readonly requestId: string;
  readonly durationMs: number;
  /** The faults that struck it on purpose; empty or absent: none. */
  readonly fault?: string;
  /** What broke, where the server itself is at fault. */
  readonly failure?: unknown;
}

/**
 * One line of the log: time, action, status, code, RequestId, duration, with `-` for what is not known, and the faults
 * that struck. Of the request itself it shows the action alone, and that only if it looks like one.
 */
export function formatLogLine(call: LoggedCall): string {
  const action = call.action !== undefined && /^[A-Za-z0-9]{1,64}$/.test(call.action);
  const line = [
    call.time.toISOString(),
    action ? call.action : '-',
    String(call.httpStatus ?? '-'),
    call.code ?? '-',
    call.requestId,
    `${call.durationMs}ms`,
  ];
  if (call.fault !== undefined && call.fault !== '') line.push(`fault:${call.fault}`);
  if (call.failure !== undefined) line.push(describeFailure(call.failure));
  return line.join(' ');
}

/** What happened beside the calls. */
export interface LoggedEvent {
  readonly time: Date;
  /** Time took a KMS key or its material away; what time changed could not be saved. */
  readonly event: 'deleted' | 'material-deleted' | 'unsaved';
  readonly keyId?: string;
  readonly failure?: unknown;
}

/** A line of the log that belongs to no call: the time, four times `-`, what happened, and to which key or why. */
export function formatEventLine({ time, event, keyId, failure }: LoggedEvent): string {
  const line = [time.toISOString(), '-', '-', '-', '-', event];
  if (keyId !== undefined) line.push(keyId);
  if (failure !== undefined) line.push(describeFailure(failure));
  return line.join(' ');
}

/** The name and code of an error, never its message, which may quote what must not be logged. */
function describeFailure(failure: unknown): string {
  const name = failure instanceof Error ? failure.name : typeof failure;
  const code = systemErrorCode(failure);
  return code === undefined ? name : `${name}(${code})`;
}
