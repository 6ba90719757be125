import type { Command } from 'commander';
import type { Io } from '../../terminal/io.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import type { TakenBy } from '../shared/actions.ts';
import { actionArgument, assertTaken } from '../shared/actions.ts';
import { describe } from '../shared/describe.ts';

/** The options of all actions. */
export type RecordOptions = Readonly<Record<string, never>>;

/** What an action does with the folder of a record, as the user named it. */
export type RecordAction = (
  folder: string,
  options: RecordOptions,
  session: Session,
) => Promise<void>;

const ACTIONS = ['head'] as const;
type Action = (typeof ACTIONS)[number];

/** Each loads what it alone needs, when it is called. */
const LOAD: Readonly<Record<Action, () => Promise<RecordAction>>> = {
  head: async () => (await import('./record/head.ts')).printHead,
};

/** Options that are not for every action. */
const TAKEN_BY: TakenBy<RecordOptions, Action> = {};

/** `kmsx record`: what a ceremony left, which anyone can check. */
export function defineRecord(command: Command, io: Io): void {
  describe(command, {
    text: [
      'The folder of a ceremony holds its record: one event a line, each with the SHA-256 of the line before. The SHA-256 of the last line is the head.',
      'head prints the text that people sign, and the command to sign it with.',
    ].join(' '),
    examples: [['the text to sign', 'kmsx record head ceremony']],
    exitCodes: [0, 2, 6, 7],
  });
  command
    .addArgument(actionArgument('kmsx record', '<action>', 'what to do', ACTIONS))
    .argument('<folder>', 'the folder of the ceremony');
  command.action(async (action: Action, folder: string, options: RecordOptions) => {
    const session = createSession(command, io);
    assertSafeEnvironment(io);
    assertTaken(command, action, TAKEN_BY);
    const act = await LOAD[action]();
    await act(folder, options, session);
  });
}
