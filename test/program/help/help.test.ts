import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createFullProgram } from '../../../src/program/program.ts';
import { TOPIC_NAMES } from '../../../src/commands/shell/help/topic-names.ts';
import { describeOption } from '../../../src/terminal/help/format-help.ts';
import type { HelpedCommand } from '../../support/help/help-faults.ts';
import { helpFaults } from '../../support/help/help-faults.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';

const program = await createFullProgram(testIo());
const commands = walk(program);
const names = commands.map(({ name }) => name);

/** Every command below the program, by its whole name. */
function walk(parent: Command, prefix = ''): { name: string; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const name = `${prefix}${command.name()}`;
    return [{ name, command }, ...walk(command, `${name} `)];
  });
}

async function helpOf(...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(argv);
  expect({ code, stderr }, argv.join(' ')).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** Options without a default: where one is not given, what it says is not done, or is said by another option. */
const NOTHING_WITHOUT: readonly string[] = [
  '--accept-head',
  '--allowed-signers',
  '--backup-dir',
  '--ca-file',
  '--check-values',
  '--context-file',
  '--endpoint',
  '--expect-fingerprint',
  '--for-token',
  '--head',
  '--in',
  '--key-id',
  '--label',
  '--module',
  '--module-parameters',
  '--number-of-bytes',
  '--out',
  '--out-dir',
  '--passphrase-env',
  '--pin-env',
  '--privkey',
  '--privkey-out',
  '--proof',
  '--proofs',
  '--recipe',
  '--report',
  '--seed',
  '--serial',
  '--slot',
  '--source-key-id',
  '--source-key-version-id',
  '--store',
  '--store-ca-file',
  '--text',
  '--threshold',
  '--to-context-file',
  '--to-key-id',
  '--type',
];

const golden = (name: string): string => `../../golden/help/${name.replaceAll(' ', '-')}.txt`;

describe('help says word for word what its golden file says', () => {
  it('of the program', async () => {
    await expect(await helpOf('--help')).toMatchFileSnapshot(golden('kmsx'));
  });

  it.each(names)('of the command %s', async (name) => {
    const help = await helpOf(...name.split(' '), '--help');
    await expect(help).toMatchFileSnapshot(golden(name));
  });

  it.each(TOPIC_NAMES)('on the topic %s', async (topic) => {
    await expect(await helpOf('help', topic)).toMatchFileSnapshot(golden(`topic ${topic}`));
  });

  it('and no golden file is left over', () => {
    const folder = fileURLToPath(new URL('../../golden/help/', import.meta.url));
    const expected = ['kmsx', ...names, ...TOPIC_NAMES.map((topic) => `topic ${topic}`)];
    const files = expected.map((name) => `${name.replaceAll(' ', '-')}.txt`);
    expect(readdirSync(folder).sort()).toEqual(files.sort());
  });
});

describe('the help of a command', () => {
  it.each(names)('of %s describes it, and its examples and exit codes exist', async (name) => {
    const command = commands.find((each) => each.name === name)?.command;
    const help = await helpOf(...name.split(' '), '--help');
    expect(helpFaults(helped(name, command?.description() ?? '', help, command))).toEqual([]);
  });

  it.each(names)('is the same by kmsx help %s', async (name) => {
    expect(await helpOf('help', ...name.split(' '))).toBe(
      await helpOf(...name.split(' '), '--help'),
    );
  });

  it.each([
    ['ceremony', 'run'],
    ['record', 'verify'],
    ['store', 'init'],
  ])('is that of the command by kmsx help %s %s', async (name, action) => {
    expect(await helpOf('help', name, action)).toBe(await helpOf(name, '--help'));
  });

  it('has examples first, then its own options, then the others, then exit codes', async () => {
    for (const name of names.filter((each) => each !== 'help')) {
      const help = await helpOf(...name.split(' '), '--help');
      const titles = [...help.matchAll(/\n\n([A-Z].*):\n {2}/g)].map(([, title]) => title ?? '');
      const all = ['Examples', 'Arguments', 'Options', 'Module and token options'].concat(
        [
          'Store options',
          'Connection options',
          'Passphrase options',
          'Output options',
          'Global options',
        ],
        ['Exit codes', 'Fields of a line'],
      );
      expect(titles, name).toEqual(all.filter((title) => titles.includes(title)));
      expect(titles.length, name).toBeGreaterThan(3);
    }
  });

  it('tells the default of every option that takes a value and is not needed', () => {
    const silent = commands.flatMap(({ command }) =>
      command.options
        .filter((option) => option.required && !option.mandatory)
        .filter((option) => !Array.isArray(option.defaultValue))
        .filter((option) => !/\bdefault /.test(describeOption(option)))
        .map(({ long }) => long ?? ''),
    );
    expect([...new Set(silent)].sort()).toEqual(NOTHING_WITHOUT);
  });

  it('names no command twice, and the summaries of the program are those of the commands', async () => {
    const help = await helpOf('--help');
    expect(new Set(names).size).toBe(names.length);
    for (const { command } of commands) expect(help).toContain(command.summary());
  });
});

function helped(
  name: string,
  description: string,
  help: string,
  command: Command | undefined,
): HelpedCommand {
  const options = [...(command?.options ?? []), ...program.options];
  const flags = options.flatMap(({ long, short }) => [long, short]);
  return {
    name,
    description,
    help,
    flags: [...flags.filter((flag) => flag !== undefined), '--help', '-h'],
    commands: names,
    isHelp: name === 'help',
  };
}

describe('the check of help texts', () => {
  const sound: HelpedCommand = {
    name: 'sample',
    description: 'Does a thing.',
    help: 'Usage\n\nExamples:\n  # so\n  kmsx sample --in f | jq -r .x\n\nExit codes:\n  0    done\n  2    no\n',
    flags: ['--in'],
    commands: ['sample'],
    isHelp: false,
  };

  it('passes what is sound', () => {
    expect(helpFaults(sound)).toEqual([]);
  });

  it.each([
    ['no description', { description: '' }, 'no description'],
    ['no example', { help: 'Exit codes:\n  0    done\n' }, 'no example'],
    ['no exit codes', { help: 'Examples:\n  # so\n  kmsx sample\n' }, 'no exit codes'],
    ['an option that is not there', { flags: [] }, 'an example has --in'],
    ['a command that is not there', { commands: [] }, 'an example calls sample'],
    ['an example of another command', { name: 'other' }, 'no example of other'],
    [
      'an exit code that is not there',
      { help: sound.help.replace('  2  ', '  9  ') },
      'exit code 9 does not exist',
    ],
  ])('fails for %s', (_, change, fault) => {
    expect(helpFaults({ ...sound, ...change })).toContain(fault);
  });
});

describe('a wrong word', () => {
  it('none at all: exit 2, what kmsx is and where to begin, nothing on stdout', async () => {
    const { code, stdout, stderr } = await runInProcess([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kmsx exports data keys .*\n\n {2}kmsx --help {10}the commands\n/);
    expect(stderr.split('\n\n')[1]?.split('\n')).toHaveLength(4);
    for (const topic of TOPIC_NAMES) expect(stderr).toContain(topic);
    const error = /\n\nkmsx: error: no command given\nkmsx: hint: begin with kmsx rehearse: .*\n$/;
    expect(stderr).toMatch(error);
  });

  it.each([['--quiet'], ['-q'], ['-fq'], ['--error-format=json', '-v']])(
    'none at all with %s: the error alone',
    async (...argv) => {
      const { code, stdout, stderr } = await runInProcess(argv);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(
        /^(?:kmsx: error: no command given\nkmsx: hint: .*|\{"Error":.*\})\n$/,
      );
      expect(stderr).toContain('begin with kmsx rehearse');
    },
  );

  it.each([
    [['exprot-key'], 'unknown command exprot-key', 'did you mean export-key?'],
    [['unwrap'], 'unknown command unwrap', '--help lists the commands'],
    [['keygen', '--privkey-otu', 'x'], 'unknown option --privkey-otu', '--privkey-out'],
    [['--qiuet'], 'unknown option --qiuet', '--quiet'],
    [['inspect', '--jsn', 'x'], 'unknown option --jsn', '--json'],
    [['help', 'topic'], 'no command or topic "topic"', 'topics: lost-hsm, move-key'],
    [['help', 'ceremony', 'runn'], 'plan, check, script, run; not "runn"', 'ceremony run?'],
    [['help', 'keygen', 'run'], 'kmsx help keygen takes no further word', 'kmsx help keygen'],
    [['help', 'errors', 'run'], 'kmsx help errors takes no further word', 'kmsx help errors'],
    [['help', 'help', 'errors'], 'kmsx help help takes no further word', 'kmsx help help'],
    [['completion', 'tcsh'], 'tcsh', 'bash, zsh, fish'],
    [['completion', 'bash', 'surplus'], 'too many arguments', '--help'],
    [['keygen'], '--pubkey-out is needed', '--help'],
    [['keygen', '--pubkey-out', 'x'], 'keygen needs --privkey-out', '--privkey-out wrapping.pem'],
  ])('%j: exit 2, and what was probably meant', async (argv, message, hint) => {
    const { code, stdout, stderr } = await runInProcess(argv);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kmsx: error: .*\n(kmsx: hint: .*\n)+$/);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });
});
