import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { cleanEnv, finish, kmsx, KMSX } from '../kmsx.ts';
import type { RunResult } from '../run-result.ts';

/** A file that a command refuses, what it says of it, and what its hints promise: a row of a table. */
export interface Mistake {
  /** The title of the test. */
  readonly what: string;
  /** The name of the file, in the folder where everything runs. */
  readonly file: string;
  readonly content: string | Uint8Array;
  /** Other files that the command needs, by their names. */
  readonly beside?: Readonly<Record<string, string | Uint8Array>>;
  /** The command line that is refused. */
  readonly argv: readonly string[];
  /** 2 unless it is given. */
  readonly code?: number;
  /** A part of the error: the name of what the file is. */
  readonly says: string;
  /** Every hint, in order. */
  readonly hints: readonly Hint[];
}

/** Words, or a command with its outcome. Words that begin like a command are refused: it has to be tried. */
export type Hint = string | CommandHint;

export interface CommandHint {
  /** As the hint has it, from its first character. */
  readonly command: string;
  /** What follows the command in the hint, such as ` shows where`. */
  readonly words?: string;
  /** What is typed for the words that stand for something, such as FILE. */
  readonly given?: Readonly<Record<string, string>>;
  /** What the command asks for on standard input, such as a passphrase. */
  readonly answers?: string;
  /** The command is to fail: it shows what is wrong. */
  readonly fails?: boolean;
  /** What the command promises. */
  readonly then: Outcome;
}

export type Outcome =
  /** This command line of kmsx is accepted, as it was not before. */
  | { readonly kmsx: readonly string[]; readonly prints?: string | RegExp }
  /** The command itself prints this, on stdout or stderr. */
  | { readonly prints: string | RegExp };

/** The programs that hints name. What begins with one of them is a command. */
const COMMAND =
  /^(?:kmsx|openssl|ssh-keygen|base64|jq|iconv|xxd|tr|sed|awk|head|cat|printf|file|gpg|puttygen|keytool|node|[({]) /;

/** Writes the file, runs the command, and holds what it says to the row. */
export async function expectRefused(mistake: Mistake, cwd: string): Promise<void> {
  const { file, content, beside, argv, code = 2, says, hints } = mistake;
  for (const [name, bytes] of Object.entries({ ...beside, [file]: content })) {
    writeFileSync(join(cwd, name), bytes);
  }
  const result = await kmsx(argv, { cwd });
  expect(result, result.stderr).toMatchObject({ code, stdout: '' });
  expect(result.stderr).toMatch(/^kmsx: error: /);
  expect(result.stderr.split('\n', 1)[0]).toContain(says);
  const told = [...result.stderr.matchAll(/^kmsx: hint: (.*)$/gm)].map(([, text = '']) => text);
  expect(told).toEqual(hints.map(textOf));
  for (const hint of hints) {
    if (typeof hint === 'string') expect(hint, 'a command that nothing tries').not.toMatch(COMMAND);
  }
}

/**
 * Does the same, then types every command of the hints into a shell, on the very file, and holds the outcome to the
 * promise. Needs the real program, and the programs that the hints name.
 */
export async function expectHintsToWork(mistake: Mistake, cwd: string): Promise<void> {
  await expectRefused(mistake, cwd);
  for (const hint of mistake.hints) {
    if (typeof hint !== 'string') await obey(hint, cwd);
  }
}

function textOf(hint: Hint): string {
  return typeof hint === 'string' ? hint : `${hint.command}${hint.words ?? ''}`;
}

async function obey(
  { command, given = {}, answers, fails = false, then }: CommandHint,
  cwd: string,
) {
  let line = command;
  for (const [word, value] of Object.entries(given)) line = line.replaceAll(word, value);
  const typed = await type(line, cwd, answers);
  expect(typed.code !== 0, `${line}\n${typed.stderr}`).toBe(fails);
  if (!('kmsx' in then)) {
    expect(typed.stdout + typed.stderr).toMatch(then.prints);
    return;
  }
  const accepted = await kmsx(then.kmsx, { cwd });
  expect(accepted, accepted.stderr).toMatchObject({ code: 0 });
  if (then.prints !== undefined) expect(accepted.stdout).toMatch(then.prints);
}

/** Types a line into sh, where `kmsx` is the built program. */
async function type(line: string, cwd: string, answers = ''): Promise<RunResult> {
  const programs = join(cwd, '.programs');
  mkdirSync(programs, { recursive: true });
  const launcher = `#!/bin/sh\nexec '${process.execPath}' '${KMSX}' "$@"\n`;
  writeFileSync(join(programs, 'kmsx'), launcher, { mode: 0o755 });
  const PATH = `${programs}:${process.env['PATH'] ?? ''}`;
  const child = spawn('sh', ['-c', line], { cwd, env: cleanEnv(cwd, { PATH }) });
  child.stdin.on('error', () => undefined); // a command that reads no answers may be done
  child.stdin.end(answers);
  return await finish(child);
}
