import type { Command } from 'commander';
import type { Io } from '../../terminal/io.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { actionArgument, assertTaken } from '../shared/actions.ts';
import { describe } from '../shared/describe.ts';
import type { CeremonyAction, CeremonyOptions, RunAction } from './ceremony/options.ts';
import { ACTIONS, TAKEN_BY } from './ceremony/options.ts';

/** Each loads what it alone needs, when it is called. */
const LOAD: Readonly<Record<CeremonyAction, () => Promise<RunAction>>> = {
  plan: async () => (await import('./ceremony/plan.ts')).printTemplate,
  script: async () => (await import('./ceremony/script.ts')).printScript,
};

/** `kmsx ceremony`: a key ceremony by a plan. */
export function defineCeremony(command: Command, io: Io): void {
  describe(command, {
    text: [
      'A key ceremony by a plan, which is a file. plan prints one to be filled in, in YAML, with a comment on each field.',
      'script prints what is said and done, step by step, as one HTML file to be printed on A4 or Letter: with room for signatures, serial numbers and exceptions. It loads nothing.',
    ].join(' '),
    examples: [
      ['begin a plan', 'kmsx ceremony plan > plan.yaml'],
      ['print the script', 'kmsx ceremony script plan.yaml --out script.html'],
    ],
    exitCodes: [0, 2, 7],
  });
  command
    .addArgument(actionArgument('kmsx ceremony', '<action>', 'what to do', ACTIONS))
    .argument('[plan]', 'the plan: a file in YAML or JSON; - is standard input')
    .option('--out <file>', 'script: where the HTML goes; - is standard output');
  command.action(
    async (action: CeremonyAction, plan: string | undefined, options: CeremonyOptions) => {
      const session = createSession(command, io);
      assertSafeEnvironment(io);
      assertTaken(command, action, TAKEN_BY);
      const run = await LOAD[action]();
      await run(plan, options, session);
    },
  );
}
