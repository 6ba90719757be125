import { Argument, Command, Option } from 'commander';

/** A small program with every kind of thing that the completion scripts know, in the manner of kmsx. */
export function sampleProgram(): Command {
  const program = new Command('kmsx')
    .description('a sample')
    .version('1.0.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .option('-q, --quiet', 'errors only', false)
    .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']))
    .addOption(new Option('--internal', 'not for users').hideHelp());

  program
    .command('export-key')
    .alias('export')
    .summary('generate a data key: "export" it [twice], for $5')
    .addOption(
      new Option('--pubkey <file|->', 'public key (repeatable)')
        .default([])
        .argParser((value: string, all: readonly string[]) => [...all, value]),
    )
    .option('-k, --key-id <id>', 'the KMS key')
    .addOption(new Option('--key-spec <spec>', 'length').choices(['AES_256', 'AES_128']))
    .addOption(new Option('--check <value>', 'check').choices(['ecb:zero', 'cmac:zero', 'a=b']))
    .option('--state <dir>', 'a folder')
    .option('--dry-run', "ask only: it's free");

  program
    .command('unwrap-key')
    .summary('unwrap an exported data key')
    .option('--privkey <file>', 'the private key')
    .option('--component <file...>', 'one component each')
    .addOption(new Option('--trace [level]', 'trace').choices(['low', 'high']))
    .argument('[label]', 'a label');

  program.command('unlock', { hidden: true }).summary('not for users');
  program.command('inspect').summary('say what files are').argument('<file...>', 'the files');

  const token = program.command('token').summary('PKCS#11 tokens');
  token.command('list').alias('ls').summary('list tokens').option('--module <file>', 'the module');
  token.command('remove').summary('remove a token').argument('<name>', 'its name');

  program
    .command('completion')
    .summary('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']));
  program.command('help').summary('show help').argument('[command]', 'a command');
  return program;
}
