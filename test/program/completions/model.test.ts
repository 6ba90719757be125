import { Argument, Command, Option } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidates, CommandModel } from '../../../scripts/completions/model.ts';
import {
  allCommands,
  commonOptions,
  ownOptions,
  readCompletionModel,
} from '../../../scripts/completions/model.ts';
import { sampleProgram } from '../../support/shells/sample-program.ts';

const FILES: Candidates = { kind: 'files' };
const FOLDERS: Candidates = { kind: 'folders' };
const NONE: Candidates = { kind: 'none' };

function command(model: CommandModel, path: string): CommandModel {
  const found = allCommands(model).find((candidate) => candidate.path.join(' ') === path);
  if (found === undefined) throw new Error(`no command ${path}`);
  return found;
}

function optionNames(model: CommandModel): string[] {
  return model.options.flatMap((option) => option.names);
}

/** What one option or argument with these flags completes to. */
function candidatesOf(option: Option): Candidates | undefined {
  const model = readCompletionModel(new Command('kmsx').helpOption(false).addOption(option));
  return model.options[0]?.value?.candidates;
}

describe('the model that completion scripts are made from', () => {
  const model = readCompletionModel(sampleProgram());

  it('has every visible command at its place, with its aliases and its summary in one line', () => {
    expect(allCommands(model).map(({ path }) => path.join(' '))).toEqual([
      'kmsx',
      'kmsx export-key',
      'kmsx unwrap-key',
      'kmsx inspect',
      'kmsx token',
      'kmsx token list',
      'kmsx token remove',
      'kmsx token help',
      'kmsx completion',
      'kmsx help',
    ]);
    expect(command(model, 'kmsx token list').aliases).toEqual(['ls']);
    expect(command(model, 'kmsx inspect').description).toBe('say what files are');
  });

  it('gives a command its own options and those of every command above it', () => {
    expect(optionNames(command(model, 'kmsx token list'))).toEqual(
      expect.arrayContaining(['--module', '-q', '--quiet', '--color', '-h', '--help', '-V']),
    );
    expect(optionNames(model)).not.toContain('--module');
  });

  it('leaves out hidden options and hidden commands', () => {
    const everything = JSON.stringify(model);
    expect(everything).not.toContain('--internal');
    expect(everything).not.toContain('unlock');
  });

  it('lets an option of a command hide the same name of the program', () => {
    const program = new Command('kmsx').option('-f, --force', 'the program’s');
    program.command('run').option('-f, --format <file>', 'its own');
    const options = command(readCompletionModel(program), 'kmsx run').options;
    expect(options.map(({ names, description }) => [names, description])).toContainEqual([
      ['-f', '--format'],
      'its own',
    ]);
    expect(options.map(({ names, description }) => [names, description])).toContainEqual([
      ['--force'],
      'the program’s',
    ]);
  });

  it.each([
    ['--x <file>', FILES],
    ['--x <FILE>', FILES],
    ['--x <file|->', FILES],
    ['--x <file|-|secret:name>', FILES],
    ['--x <json>', FILES],
    ['--x <pem>', FILES],
    ['--x <file...>', FILES],
    ['--x [file]', FILES],
    ['--x <ca-file>', FILES],
    ['--x <dir>', FOLDERS],
    ['--x <state-dir>', FOLDERS],
    ['--x <id>', NONE],
    ['--x <profile>', NONE],
    ['--x <id|alias/name|arn>', NONE],
    ['--x', undefined],
  ])('takes the kind of value from the placeholder: %s', (flags, expected) => {
    expect(candidatesOf(new Option(flags))).toEqual(expected);
  });

  it('offers choices, except those that cannot be typed', () => {
    expect(candidatesOf(new Option('--x <file>').choices(['b', 'a']))).toEqual({
      kind: 'values',
      values: ['b', 'a'],
    });
    expect(
      candidatesOf(new Option('--x <y>').choices(['a\nb', '\u001b[1m', '', '\u202e', 'c'])),
    ).toEqual({
      kind: 'values',
      values: ['c'],
    });
  });

  it('knows whether an option may be given again and how many words it takes', () => {
    const options = command(model, 'kmsx unwrap-key').options;
    const of = (name: string): unknown => {
      const found = options.find(({ names }) => names.includes(name));
      return [found?.repeatable, found?.value?.required, found?.value?.greedy];
    };
    expect(of('--component')).toEqual([true, true, true]);
    expect(of('--trace')).toEqual([false, false, false]);
    expect(of('--privkey')).toEqual([false, true, false]);
    const pubkey = command(model, 'kmsx export-key').options.find(({ names }) =>
      names.includes('--pubkey'),
    );
    expect([pubkey?.repeatable, pubkey?.value?.greedy]).toEqual([true, false]);
  });

  it('reads command-arguments: files, choices, and the commands beside one that asks for a command', () => {
    expect(command(model, 'kmsx inspect').arguments).toEqual([
      { placeholder: 'file', required: true, variadic: true, candidates: FILES },
    ]);
    expect(command(model, 'kmsx completion').arguments[0]?.candidates).toEqual({
      kind: 'values',
      values: ['bash', 'zsh', 'fish'],
    });
    expect(command(model, 'kmsx token help').arguments[0]?.candidates).toEqual({
      kind: 'values',
      values: ['list', 'remove', 'help'],
    });
    const program = new Command('kmsx').addArgument(new Argument('[topic]').choices(['a']));
    expect(readCompletionModel(program).arguments[0]?.candidates).toEqual({
      kind: 'values',
      values: ['a'],
    });
  });

  it('parts the options that all commands have in common from the others', () => {
    const commands = allCommands(model);
    const common = commonOptions(commands);
    expect(common.flatMap(({ names }) => names).sort()).toEqual(
      ['--color', '--help', '--quiet', '--version', '-V', '-h', '-q'].sort(),
    );
    for (const each of commands) {
      expect(
        new Set([...common, ...ownOptions(each, common)].flatMap(({ names }) => names)),
      ).toEqual(new Set(optionNames(each)));
    }
  });

  it('makes one line without control characters of any description', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { description } = readCompletionModel(new Command('kmsx').description(text));
        expect(description).not.toMatch(/\p{C}|[\n\r\t\u2028\u2029]|^\s|\s$| {2}/u);
      }),
    );
  });

  it.each(['a b', "a'b", 'a$b', 'é', '-a', 'a;b', 'a`b'])('refuses a command called %j', (name) => {
    expect(() => readCompletionModel(new Command('kmsx').addCommand(new Command(name)))).toThrow(
      RangeError,
    );
  });

  it.each(['--a$b', '--a`b', "--a'b"])('refuses an option called %j', (flags) => {
    expect(() => readCompletionModel(new Command('kmsx').option(flags))).toThrow(RangeError);
  });
});
