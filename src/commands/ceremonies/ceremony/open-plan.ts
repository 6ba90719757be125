import { dirname } from 'node:path';
import { hasCode, kmsxError } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import type { ReadPlan } from '../../../ceremony/plan/read-plan.ts';
import { MAX_PLAN_BYTES, readPlan } from '../../../ceremony/plan/read-plan.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';

/** A plan's file, not read yet. */
export interface PlanInput extends Input {
  /** The folder that it lies in, an absolute path; of standard input the working directory. */
  readonly folder: string;
}

/** A plan that was read, and its file. */
export interface OpenedPlan extends PlanInput, ReadPlan {}

/**
 * Reads the file of a plan.
 *
 * @param path - as it was typed; `-` is standard input
 * @throws KmsxError `bad-usage` where none is named; those of reading a file
 */
export async function readPlanFile(path: string | undefined, session: Session): Promise<PlanInput> {
  const { io, reporter } = session;
  if (path === undefined) {
    throw kmsxError('bad-usage', 'a plan is needed', {
      hints: ['kmsx ceremony plan > plan.yaml prints one to be filled in'],
    });
  }
  const input = await readInput(path, 'a plan', io, reporter, MAX_PLAN_BYTES);
  return { ...input, folder: dirname(absolutePath(io.cwd, path)) };
}

/**
 * Reads a plan by its form. All mistakes are told, each with its line, before the error is thrown.
 *
 * @param path - as it was typed; `-` is standard input
 * @throws KmsxError `bad-usage` where none is named, `plan-malformed`; those of reading a file
 */
export async function openPlan(path: string | undefined, session: Session): Promise<OpenedPlan> {
  const input = await readPlanFile(path, session);
  const { bytes, label } = input;
  try {
    return { ...input, ...readPlan(bytes, label) };
  } catch (error) {
    if (!hasCode(error, 'plan-malformed') || error.details.mistakes.length < 2) throw error;
    const { mistakes } = error.details;
    for (const { line, message, hint } of mistakes) {
      const told = kmsxError('plan-malformed', `${label}:${line}: ${message}`, {
        details: { mistakes: [] },
        hints: hint === undefined ? [] : [hint],
      });
      await session.reporter.error(told);
    }
    throw error.with({ message: `${label} has ${mistakes.length} mistakes`, hints: [] });
  }
}
