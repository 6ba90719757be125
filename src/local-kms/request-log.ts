import { systemErrorCode } from '../base/error.ts';

/** What the log says about a call. */
interface LoggedCall {
  readonly time: Date;
  /** As in the request: untrusted. */
  readonly action: string | undefined;
  /** Undefined if no answer is sent. */
  readonly httpStatus: number | undefined;
  readonly code: string | undefined;
  readonly requestId: string;
  readonly durationMs: number;
  /** The faults that struck it; empty or absent for none. */
  readonly fault?: string;
  /** What broke in the server itself. */
  readonly failure?: unknown;
}

/**
 * One line of the log: time, action, status, code, RequestId, duration, with `-` for what is not known, and the faults
 * that struck. It shows nothing else of the request, and the action only if it looks like one.
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
interface LoggedEvent {
  readonly time: Date;
  /** A KMS key or its material expired; a change that was due could not be saved. */
  readonly event: 'deleted' | 'material-deleted' | 'unsaved';
  readonly keyId?: string;
  readonly failure?: unknown;
}

/** A line of the log that does not belong to a call: the time, four times `-`, the event, and the key or the reason. */
export function formatEventLine({ time, event, keyId, failure }: LoggedEvent): string {
  const line = [time.toISOString(), '-', '-', '-', '-', event];
  if (keyId !== undefined) line.push(keyId);
  if (failure !== undefined) line.push(describeFailure(failure));
  return line.join(' ');
}

/** The name and code of an error; never its message, which may quote secrets. */
function describeFailure(failure: unknown): string {
  const name = failure instanceof Error ? failure.name : typeof failure;
  const code = systemErrorCode(failure);
  return code === undefined ? name : `${name}(${code})`;
}
