import type { Command } from 'commander';
import { ADDED_TYPES } from '../../record/events.ts';
import type { Io } from '../../terminal/io.ts';
import { oneOf, optionOr, repeatable } from '../../terminal/options.ts';
import { createSession } from '../../terminal/session.ts';
import { actionArgument, assertTaken } from '../shared/actions.ts';
import { describe } from '../shared/describe.ts';
import type { RecordAction, RecordActionName, RecordOptions } from './record/options.ts';
import { ACTIONS, TAKEN_BY } from './record/options.ts';

/** Each loads what it alone needs, when it is called. */
const LOAD: Readonly<Record<RecordActionName, () => Promise<RecordAction>>> = {
  verify: async () => (await import('./record/verify.ts')).verify,
  head: async () => (await import('./record/head.ts')).printHead,
  add: async () => (await import('./record/add.ts')).add,
  print: async () => (await import('./record/print.ts')).printRecord,
};

/** `kmsx record`: what a ceremony left, which anyone can check. */
export function defineRecord(command: Command, io: Io): void {
  describe(command, {
    text: [
      'The folder of a ceremony holds its record: one event a line, each with the SHA-256 of the line before. The SHA-256 of the last line is the head.',
      'verify checks the chain, the files that it names and that it was sealed, and says by what it is proved: by the chain alone, which whoever owns the folder could have rebuilt; by a head that you bring; or by signatures of people whose keys you trust.',
      'head prints the text that people sign, and the command to sign it with. add tells what happened later: an import into a token, a proof, the destruction of a key; the record then has a new head. It adds nothing where record.head is not that of the last line: add was interrupted, or somebody else wrote lines. Who has looked at them, and knows them, says so with --accept-head; a note keeps it.',
      'print gives one HTML file to be printed on A4 or Letter, which loads nothing: what happened, the head in groups, words and as a QR code, and each backup document as a QR code, from which recover-key reads it.',
    ].join(' '),
    examples: [
      [
        'with the head that was copied by hand',
        "kmsx record verify ceremony --head '5f0c 9a1e … 77d2'",
      ],
      [
        'two of the people whose keys are in the file must have signed',
        'kmsx record verify ceremony --allowed-signers people.txt --threshold 2',
      ],
      ['the text to sign', 'kmsx record head ceremony'],
      ['on paper', 'kmsx record print ceremony --out record.html'],
      [
        'the import into an HSM, a year later',
        'kmsx record add ceremony --type import --in import.json --by Ana --by Bo',
      ],
    ],
    exitCodes: [0, 2, 5, 6, 7],
  });
  command
    .addArgument(actionArgument('kmsx record', '<action>', 'what to do', ACTIONS))
    .argument('<folder>', 'the folder of the ceremony');
  command
    .option('--head <hex>', 'verify: the head that the record should have, as it was written down')
    .option(
      '--allowed-signers <file>',
      'verify: whose signatures count, in the form of ssh-keygen (ALLOWED SIGNERS)',
    )
    .option('--threshold <n>', 'verify: so many of them must have signed, each with another key')
    .addOption(oneOf('--type <type>', 'add: what happened', ADDED_TYPES))
    .addOption(
      optionOr(
        '--in <file>',
        'add: what import-key printed, or proofs; - is standard input',
        '-, with --type import or proof',
      ),
    )
    .addOption(repeatable('--by <name>', 'add: who did it, or saw it'))
    .option('--text <text>', 'add: what was done and seen, in words')
    .option(
      '--accept-head <hex>',
      'add: the SHA-256 of the last line, where record.head does not cover it: you have looked at it, and it is true',
    )
    .option('--out <file>', 'print: where the HTML goes; - is standard output');
  command.action(async (action: RecordActionName, folder: string, options: RecordOptions) => {
    const session = createSession(command, io);
    assertTaken(command, action, TAKEN_BY);
    const act = await LOAD[action]();
    await act(folder, options, session);
  });
}
