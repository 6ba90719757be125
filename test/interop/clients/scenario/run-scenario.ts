import type { Body, Refusal, Reply, Request } from '../protocol.ts';
import type { Expected, Identity, Saved, Step } from './step.ts';
import { at, fill, textAt } from './step.ts';

/** Lets a client make a call. */
export type Call = (as: Identity, request: Request) => Promise<Reply>;

export interface StepResult {
  readonly step: Step;
  /** Whether the client under test made the call; otherwise the stand-in did. */
  readonly isOffered: boolean;
  /** What was wrong; absent: nothing. */
  readonly problem?: string;
}

const REQUEST_ID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i;

/**
 * Runs the steps in order. A step that the client does not offer is done by the stand-in, so that the steps after
 * it find what they need.
 */
export async function runScenario(
  steps: readonly Step[],
  call: Call,
  standIn: Call,
  saved: Saved,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    let isOffered = true;
    try {
      for (const [name, value] of Object.entries(step.computes?.(saved) ?? {})) {
        saved.set(name, value);
      }
      const request = requestOf(step, saved);
      const as = step.as ?? 'account';
      let reply = await call(as, request);
      if ('notOffered' in reply) {
        isOffered = false;
        reply = await standIn(as, request);
      }
      check(step, reply, saved);
      results.push({ step, isOffered });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      results.push({ step, isOffered, problem });
    }
  }
  return results;
}

function requestOf({ action, parameters = {} }: Step, saved: Saved): Request {
  const filled = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? fill(value, saved) : value,
  ]);
  return { action, parameters: Object.fromEntries(filled) as Request['parameters'] };
}

/** Checks a reply against what the step expects, and saves what it saves. */
function check(step: Step, reply: Reply, saved: Saved): void {
  if ('failed' in reply) throw new Error(reply.failed);
  if ('notOffered' in reply) throw new Error('the stand-in offers everything');
  if ('refused' in step) {
    if (reply.ok) throw new Error(`succeeded, must be refused with ${step.refused[0]}`);
    const [code, httpStatus] = step.refused;
    const isRight = reply.code === code && (reply.httpStatus ?? httpStatus) === httpStatus;
    if (!isRight) throw new Error(`${refusal(reply)}, not ${code} ${httpStatus}`);
    return;
  }
  if (!reply.ok) throw new Error(refusal(reply));
  const { body } = reply;
  expectField(body, 'RequestId', REQUEST_ID, saved);
  for (const [path, expected] of Object.entries(step.answers ?? {})) {
    expectField(body, path, expected, saved);
  }
  for (const [name, path] of Object.entries(step.saves ?? {})) saved.set(name, textAt(body, path));
  step.proves?.(body, saved);
}

function refusal(reply: Refusal): string {
  return `refused with ${reply.code} ${reply.httpStatus ?? ''}: ${reply.message}`;
}

function expectField(body: Body, path: string, expected: Expected, saved: Saved): void {
  const actual = at(body, path);
  const wanted = typeof expected === 'string' ? fill(expected, saved) : expected;
  const isRight =
    wanted instanceof RegExp
      ? typeof actual === 'string' && wanted.test(actual)
      : actual === (wanted ?? undefined);
  if (!isRight) {
    throw new Error(
      `${path} is ${actual === undefined ? 'not there' : JSON.stringify(actual)}, not ${String(wanted)}`,
    );
  }
}
