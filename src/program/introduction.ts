import { TOPIC_NAMES } from '../commands/shell/help/topic-names.ts';
import { layout } from '../terminal/help/layout.ts';

/** What `kmsx` alone says, in so many columns: what it is, and how to learn more. */
export function introduction(width: number): string {
  return layout(
    [
      'kmsx exports data keys of Alibaba Cloud KMS to HSMs, and keeps and proves their backups.',
      {
        rows: [
          ['kmsx --help', 'the commands'],
          ['kmsx COMMAND --help', 'the options of one, with examples'],
          ['kmsx help TOPIC', `topics: ${TOPIC_NAMES.join(', ')}`],
        ],
      },
    ],
    width,
  );
}

/** Where to begin. */
export const BEGIN_HINT =
  'begin with kmsx rehearse: a whole key ceremony on this machine, without an account';
