import { Command } from 'commander';
import { TOPICS } from '../commands/shell/help/topic-names.ts';
import type { DefineCommand } from '../terminal/command-tree.ts';
import { formatHelp } from '../terminal/help/format-help.ts';
import { addHelpFacts } from '../terminal/help/help-facts.ts';
import type { Block, Examples } from '../terminal/help/layout.ts';
import type { Io } from '../terminal/io.ts';
import {
  addGlobalOptions,
  assertNotBoth,
  checkArguments,
  globalOptions,
  hasUnknownOption,
} from '../terminal/options.ts';
import { textWidth } from '../terminal/output/text-width.ts';
import { addShortForms } from '../terminal/short-forms.ts';

interface CommandEntry {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  /** Loads the command's own chunk, only when the command is called. */
  readonly load: () => Promise<DefineCommand>;
}

const DATA_KEYS = 'Data keys:';
const BACKUPS = 'Backups:';
const WRAPPING_KEYS = 'Wrapping keys and documents:';
const STORES = 'Backups:';
const MODULES = 'Cryptographic modules:';
const ACCOUNT = 'Account and connection:';
const CEREMONIES = 'Ceremonies:';
const REHEARSALS = 'Rehearsals:';
const SHELL = 'Shell and help:';

/** Every command, in the order of `--help`. */
const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'export-key',
    group: DATA_KEYS,
    summary: 'generate a data key in KMS and export it under public keys',
    load: async () => (await import('../commands/data-keys/export-key.ts')).defineExportKey,
  },
  {
    name: 'reexport-key',
    group: DATA_KEYS,
    summary: 'export the data key of a backup under another public key',
    load: async () => (await import('../commands/data-keys/reexport-key.ts')).defineReexportKey,
  },
  {
    name: 'recover-key',
    group: DATA_KEYS,
    summary: 'decrypt the data key of a backup in KMS',
    load: async () => (await import('../commands/data-keys/recover-key.ts')).defineRecoverKey,
  },
  {
    name: 'reencrypt-key',
    group: DATA_KEYS,
    summary: 're-encrypt a backup under another KMS key',
    load: async () =>
      (await import('../commands/data-keys/reencrypt-key/reencrypt-key.ts')).defineReencryptKey,
  },
  {
    name: 'unwrap-key',
    group: DATA_KEYS,
    summary: 'unwrap an exported data key on this machine',
    load: async () => (await import('../commands/data-keys/unwrap-key.ts')).defineUnwrapKey,
  },
  {
    name: 'combine',
    group: DATA_KEYS,
    summary: 'join the components of a split data key',
    load: async () => (await import('../commands/data-keys/combine.ts')).defineCombine,
  },
  {
    name: 'verify-key',
    group: DATA_KEYS,
    summary: 'prove that backups and an export hold the same data key',
    load: async () =>
      (await import('../commands/data-keys/verify-key/verify-key.ts')).defineVerifyKey,
  },
  {
    name: 'batch',
    group: DATA_KEYS,
    summary: 'run a command for every line of a manifest, resumable',
    load: async () => (await import('../commands/batch/batch.ts')).defineBatch,
  },
  {
    name: 'list-backups',
    group: BACKUPS,
    summary: 'list backups, and the KMS key each depends on',
    load: async () => (await import('../commands/backups/list-backups.ts')).defineListBackups,
  },
  {
    name: 'drill',
    group: BACKUPS,
    summary: 'prove that every backup in a place still opens',
    load: async () => (await import('../commands/backups/drill/drill.ts')).defineDrill,
  },
  {
    name: 'keygen',
    group: WRAPPING_KEYS,
    summary: 'generate a wrapping key pair',
    load: async () => (await import('../commands/wrapping-keys/keygen/keygen.ts')).defineKeygen,
  },
  {
    name: 'inspect',
    group: WRAPPING_KEYS,
    summary: 'identify key files and documents, offline',
    load: async () => (await import('../commands/wrapping-keys/inspect/inspect.ts')).defineInspect,
  },
  {
    name: 'doctor',
    group: ACCOUNT,
    summary: 'check everything export-key needs, and say what to fix',
    load: async () => (await import('../commands/account/doctor/doctor.ts')).defineDoctor,
  },
  {
    name: 'store',
    group: STORES,
    summary: 'prepare or check a database that keeps backups',
    load: async () => (await import('../commands/stores/store.ts')).defineStore,
  },
  {
    name: 'import-key',
    group: MODULES,
    summary: 'import an exported data key into a token (PKCS#11)',
    load: async () => (await import('../commands/modules/import-key.ts')).defineImportKey,
  },
  {
    name: 'list-tokens',
    group: MODULES,
    summary: 'list the tokens of a module and what each can take',
    load: async () => (await import('../commands/modules/list-tokens.ts')).defineListTokens,
  },
  {
    name: 'list-keys',
    group: ACCOUNT,
    summary: 'list KMS keys, and show which ones export-key can use',
    load: async () => (await import('../commands/account/list-keys/list-keys.ts')).defineListKeys,
  },
  {
    name: 'policy',
    group: ACCOUNT,
    summary: 'print the minimal RAM policy for commands, or check it',
    load: async () => (await import('../commands/account/policy/policy.ts')).definePolicy,
  },
  {
    name: 'ceremony',
    group: CEREMONIES,
    summary: 'plan a key ceremony',
    load: async () => (await import('../commands/ceremonies/ceremony.ts')).defineCeremony,
  },
  {
    name: 'record',
    group: CEREMONIES,
    summary: 'verify the record of a ceremony, and add to it',
    load: async () => (await import('../commands/ceremonies/record.ts')).defineRecord,
  },
  {
    name: 'rehearse',
    group: REHEARSALS,
    summary: 'run a whole ceremony against the embedded KMS',
    load: async () => (await import('../commands/rehearsals/rehearse.ts')).defineRehearse,
  },
  {
    name: 'local-kms',
    group: REHEARSALS,
    summary: 'run the embedded KMS as a server on loopback',
    load: async () =>
      (await import('../commands/rehearsals/local-kms/local-kms.ts')).defineLocalKms,
  },
  {
    name: 'completion',
    group: SHELL,
    summary: 'print a shell completion script',
    load: async () => (await import('../commands/shell/completion.ts')).defineCompletion,
  },
  {
    name: 'version',
    group: SHELL,
    summary: 'print the version, and with --verbose what exactly runs',
    load: async () => (await import('../commands/shell/version.ts')).defineVersion,
  },
  {
    name: 'cache',
    group: SHELL,
    summary: 'keep the code of common commands compiled, to start faster',
    load: async () => (await import('../commands/shell/cache/cache.ts')).defineCache,
  },
  {
    name: 'help',
    group: SHELL,
    summary: 'show help for a command or topic',
    load: async () => (await import('../commands/shell/help/help.ts')).defineHelp,
  },
];

const BEGINNINGS: Examples = [
  ['begin here: a whole key ceremony on this machine, without an account', 'kmsx rehearse'],
  ['the options of a command, with examples', 'kmsx export-key --help'],
];

const TOPIC_LIST: Block = { title: 'Topics of kmsx help TOPIC:', rows: TOPICS };

/** The command tree. */
export interface Program {
  readonly command: Command;
  /** Writes the help or version that was asked for to standard output, in one piece. */
  print(): Promise<void>;
}

/**
 * Makes the command tree. A command has only its name and summary until it is called; then its own file is loaded
 * and adds the rest.
 *
 * @param argv - the arguments to be parsed, for the checks that run before the parser
 */
export function createProgram(io: Io, argv: readonly string[]): Program {
  const program = new Command('kmsx');
  const out: string[] = [];
  program
    .description('Alibaba Cloud KMS data keys for key ceremonies, shell scripts and jq')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, formatHelp })
    .configureOutput({
      writeOut: (text) => out.push(text),
      writeErr: () => undefined, // errors are printed once, by run
      outputError: () => undefined,
      getOutHelpWidth: () => textWidth(io.stdout, io),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addGlobalOptions(program);
  addShortForms(program);
  for (const { name, group, summary } of COMMANDS) {
    program.command(name).summary(summary).description(summary).helpGroup(group);
  }
  program.hook('preSubcommand', async (_, command) => {
    await loadCommand(program, command.name(), io);
    const options = [...command.options, ...program.options];
    checkArguments(argv, options);
    // Report an unknown option before a missing one: it is probably that one, mistyped.
    if (hasUnknownOption(argv, options)) {
      for (const option of command.options) option.makeOptionMandatory(false);
    }
  });
  program.hook('preAction', (_, command) => {
    assertNotBoth(globalOptions(command));
  });
  addHelpFacts(program, { examples: BEGINNINGS, exitCodes: [], more: [TOPIC_LIST] });
  return {
    command: program,
    print: async () => {
      if (out.length > 0) await io.stdout.write(Buffer.from(out.join('')));
    },
  };
}

/** Loads a command's file, which adds its options and action. */
async function loadCommand(program: Command, name: string, io: Io): Promise<Command> {
  const command = program.commands.find((candidate) => candidate.name() === name);
  const entry = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined || entry === undefined) throw new TypeError(`no command ${name}`);
  (await entry.load())(command, io, {
    program,
    load: (other) => loadCommand(program, other, io),
    run: async (argv, other) => {
      await createProgram(other, argv).command.parseAsync([...argv], { from: 'user' });
    },
  });
  addShortForms(command);
  return command;
}

/** The command tree with the options of every command, for generating completions and help. */
export async function createFullProgram(io: Io): Promise<Command> {
  const { command } = createProgram(io, []);
  for (const { name } of COMMANDS) await loadCommand(command, name, io);
  return command;
}
