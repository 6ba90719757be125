import { expect } from 'vitest';
import type { DoctorCase } from './scenes.ts';
import type { RunResult } from '../run-result.ts';
import type { DoctorStage } from './stage.ts';

/** One line of what doctor prints. */
export interface DoctorLine {
  readonly Check: string;
  readonly Status: string;
  readonly Message: string;
  readonly Hint?: string;
  readonly Code?: string;
}

/** What doctor printed, by check. */
export function linesOf({ stdout, stderr }: RunResult): DoctorLine[] {
  if (stdout === '') throw new Error(`doctor printed nothing: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DoctorLine);
}

/** The line of one check. */
export function lineOf(ran: RunResult, check: string): DoctorLine {
  const line = linesOf(ran).find((candidate) => candidate.Check === check);
  if (line === undefined) throw new Error(`no ${check} in ${ran.stdout}${ran.stderr}`);
  return line;
}

/** Provokes a failure, and holds what doctor says of it against the table. */
export async function expectCase(stage: DoctorStage, expected: DoctorCase): Promise<void> {
  const { args, env } = await expected.scene(stage);
  const ran = await stage.run(['doctor', ...args], env);
  const lines = linesOf(ran);
  const first = lines.find(({ Status }) => Status === 'fail');
  expect(first, ran.stdout + ran.stderr).toMatchObject({
    Check: expected.check,
    Code: expected.code,
  });
  expect(first?.Hint, ran.stdout).toMatch(expected.hint ?? /./);
  if (expected.message !== undefined) expect(first?.Message).toMatch(expected.message);
  for (const [check, status] of Object.entries(expected.others ?? {})) {
    expect(lineOf(ran, check).Status, `${check}\n${ran.stdout}`).toMatch(
      new RegExp(`^(?:${status})$`),
    );
  }
  expect(ran.code).toBe(expected.exit);
  expect(ran.stderr).toContain(`kmsx: error: ${expected.check}: `);
  // Each failure says what to do, and nothing says a secret.
  for (const { Status, Hint } of lines) if (Status === 'fail') expect(Hint).toMatch(/./);
  expect(ran.stdout + ran.stderr).not.toMatch(/canary|notAnActualSecret|CAIS/);
}
