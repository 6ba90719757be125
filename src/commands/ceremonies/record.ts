import type { Command } from 'commander';
import type { Io } from '../../terminal/io.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { actionArgument, assertTaken } from '../shared/actions.ts';
import { describe } from '../shared/describe.ts';
import type { RecordAction, RecordActionName, RecordOptions } from './record/options.ts';
import { ACTIONS, TAKEN_BY } from './record/options.ts';

/** Each loads what it alone needs, when it is called. */
const LOAD: Readonly<Record<RecordActionName, () => Promise<RecordAction>>> = {
  head: async () => (await import('./record/head.ts')).printHead,
};

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
  command.action(async (action: RecordActionName, folder: string, options: RecordOptions) => {
    const session = createSession(command, io);
    assertSafeEnvironment(io);
    assertTaken(command, action, TAKEN_BY);
    const act = await LOAD[action]();
    await act(folder, options, session);
  });
}
