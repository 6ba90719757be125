import type { Command } from 'commander';
import type { CommandTree } from '../../terminal/command-tree.ts';
import type { Io } from '../../terminal/io.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { actionArgument, assertTaken } from '../shared/actions.ts';
import { describe } from '../shared/describe.ts';
import type { CeremonyAction, CeremonyOptions, RunAction } from './ceremony/options.ts';
import { ACTIONS, addCeremonyOptions, TAKEN_BY } from './ceremony/options.ts';

/** Each loads what it alone needs, when it is called. */
const LOAD: Readonly<Record<CeremonyAction, () => Promise<RunAction>>> = {
  plan: async () => (await import('./ceremony/plan.ts')).printTemplate,
  check: async () => (await import('./ceremony/check.ts')).checkPlan,
  script: async () => (await import('./ceremony/script.ts')).printScript,
  run: async () => (await import('./ceremony/run.ts')).runCeremony,
};

/** `kmsx ceremony`: a key ceremony by a plan. */
export function defineCeremony(command: Command, io: Io, tree: CommandTree): void {
  describe(command, {
    text: [
      'A key ceremony by a plan, which is a file.',
      'plan prints one to be filled in, in YAML, with a comment on each field.',
      'check tells what is wrong with a plan, and what weakens it, each with its line: exit code 2 if it has an error. With --online it asks KMS too; with --module what the tokens unwrap.',
      'script prints what is said and done, step by step, as one HTML file to be printed on A4 or Letter: with room for signatures, serial numbers and exceptions. It loads nothing.',
      'run carries a plan out, step by step, and records each step in the folder: for any number of recipients, one data key. Interrupted, it goes on with --resume, and generates nothing again.',
    ].join(' '),
    examples: [
      ['begin a plan', 'kmsx ceremony plan > plan.yaml'],
      ['whether the ceremony can be held', 'kmsx ceremony check plan.yaml --online'],
      ['print the script', 'kmsx ceremony script plan.yaml --out script.html'],
      [
        'hold the ceremony',
        'kmsx ceremony run plan.yaml --folder payments-2026 --region cn-hangzhou',
      ],
      [
        'go on with one that was interrupted',
        'kmsx ceremony run plan.yaml --folder payments-2026 --region cn-hangzhou --resume',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7],
  });
  command
    .addArgument(actionArgument('kmsx ceremony', '<action>', 'what to do', ACTIONS))
    .argument('[plan]', 'the plan: a file in YAML or JSON; - is standard input');
  addCeremonyOptions(command);
  command.action(
    async (action: CeremonyAction, plan: string | undefined, options: CeremonyOptions) => {
      const session = createSession(command, io);
      assertSafeEnvironment(io);
      assertTaken(command, action, TAKEN_BY);
      const run = await LOAD[action]();
      await run(plan, options, session, { command, tree });
    },
  );
}
