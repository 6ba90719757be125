import type { Command } from 'commander';
import { Argument } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import { nearestName, notAmong } from '../../../base/text/nearly-right.ts';
import type { Io } from '../../../terminal/io.ts';
import type { CommandTree } from '../../../terminal/command-tree.ts';
import { namesLike } from '../../../terminal/names-like.ts';
import { layout } from '../../../terminal/help/layout.ts';
import { textWritten } from '../../../terminal/output/stdout.ts';
import { textWidth } from '../../../terminal/output/text-width.ts';
import { isTopicName, TOPIC_NAMES } from './topic-names.ts';

/** `kmsx help`: shows help for the program, a command or a topic. */
export function defineHelp(command: Command, io: Io, tree: CommandTree): void {
  const names = tree.program.commands.map((other) => other.name());
  const topic = new Argument('[topic]', 'a command, or a topic');
  topic.argChoices = [...names, ...TOPIC_NAMES];
  const action = new Argument('[action]', 'what the command does, where it does several things');
  command
    .addArgument(topic)
    .addArgument(action)
    .action(async (word: string | undefined, done: string | undefined) => {
      const text = await textOf(word, tree, textWidth(io.stdout, io));
      if (word !== undefined && done !== undefined) assertAction(word, done, tree);
      await textWritten(io.stdout.write(Buffer.from(text)));
    });
}

/** A command and one of its actions have one help: `kmsx help ceremony run` is that of the command. */
function assertAction(word: string, action: string, { program }: CommandTree): void {
  const command = program.commands.find((candidate) => candidate.name() === word);
  const actions = command?.registeredArguments[0]?.argChoices;
  if (actions === undefined || word === 'help') {
    throw kmsxError('bad-usage', `kmsx help ${word} takes no further word`, {
      hints: [`kmsx help ${word}`],
    });
  }
  if (!actions.includes(action)) throw notAmong(`kmsx help ${word}`, action, actions);
}

async function textOf(
  word: string | undefined,
  { program, load }: CommandTree,
  width: number,
): Promise<string> {
  if (word === undefined) return helpTextOf(program);
  if (word === 'topics') return `${TOPIC_NAMES.join('\n')}\n`;
  if (isTopicName(word)) return layout((await import('./topics.ts')).TOPIC_TEXTS[word], width);
  const command = program.commands.find((candidate) => candidate.name() === word);
  if (command === undefined) {
    const names = program.commands.map((each) => each.name());
    const all = [...names, ...TOPIC_NAMES];
    const nearest = nearestName(word, all);
    const like = nearest === undefined ? namesLike(word, all) : [nearest];
    throw kmsxError('bad-usage', `there is no command or topic ${JSON.stringify(word)}`, {
      hints: [
        ...(like.length === 0 ? [] : [`did you mean kmsx help ${like.join(' or ')}?`]),
        `topics: ${TOPIC_NAMES.join(', ')}; kmsx --help lists the commands`,
      ],
    });
  }
  if (word !== 'help') await load(word);
  return helpTextOf(command);
}

function helpTextOf(command: Command): string {
  return command.helpInformation();
}
