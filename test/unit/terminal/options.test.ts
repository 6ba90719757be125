import { Command, Option } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import {
  addGlobalOptions,
  checkArguments,
  hasUnknownOption,
  repeatable,
  suggestValues,
} from '../../../src/terminal/options.ts';

const command = new Command('sample')
  .exitOverride()
  .configureOutput({ outputError: () => undefined });
addGlobalOptions(command);
command
  .option('-k, --key-id <id>', 'a value')
  .option('--trace [level]', 'a value that may be left out')
  .option('--no-passphrase', 'no value')
  .option('--several <value...>', 'values')
  .addOption(repeatable('--pubkey <file>', 'a file'))
  .addOption(suggestValues(new Option('--gateway <name>', 'a gateway'), ['public', 'vpc']));
const OPTIONS = command.options;

function codeOf(argv: readonly string[]): string {
  try {
    checkArguments(argv, OPTIONS);
  } catch (error) {
    if (error instanceof KmsxError) return error.code;
    throw error;
  }
  return 'fine';
}

describe('the rules that commander does not have', () => {
  it.each([
    [['--key-id', 'a', '--key-id', 'b'], 'option-twice'],
    [['--key-id=a', '--key-id=a'], 'option-twice'],
    [['-k', 'a', '-k', 'b'], 'option-twice'],
    [['--color', 'never', '--color=always'], 'option-twice'],
    [['--key-id', '--quiet'], 'option-value-is-option'],
    [['--key-id', '--', 'x'], 'option-value-is-option'],
    [['--pubkey', '--pubkey', 'x'], 'option-value-is-option'],
    [['--pubkey', 'a', '--pubkey', 'a'], 'fine'],
    [['--several', 'a', '--several', 'b'], 'fine'],
    [['--key-id=--quiet'], 'fine'],
    [['--key-id', '-'], 'fine'],
    [['--key-id', '-5'], 'fine'],
    [['--key-id'], 'fine'],
    [['--quiet', '--quiet'], 'fine'],
    [['--no-passphrase', '--quiet'], 'fine'],
    [['--no-passphrase', '--no-passphrase'], 'fine'],
    [['--', '--key-id', 'a', '--key-id', 'b'], 'fine'],
    [['--unknown', '--quiet'], 'fine'],
    [['argument', '--key-id', 'a', 'argument'], 'fine'],
  ])('on %j: %s', (argv, expected) => {
    expect(codeOf(argv)).toBe(expected);
  });

  it('leave every argument to commander that they do not refuse with a code of their own', () => {
    const word = fc.oneof(
      fc.constantFrom('--', '-', '--key-id', '--key-id=', '-k', '--pubkey', '--trace', '--quiet'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        expect(['fine', 'option-twice', 'option-value-is-option']).toContain(codeOf(argv));
      }),
    );
  });
});

describe('an unknown option', () => {
  it.each([
    [['--qiuet'], true],
    [['--qiuet=x'], true],
    [['--quiet', 'x', '--key-id', 'y'], false],
    [['--key-id=--x'], false],
    [['--', '--qiuet'], false],
    [[], false],
  ])('in %j: %s', (argv, expected) => {
    expect(hasUnknownOption(argv, OPTIONS)).toBe(expected);
  });
});

describe('a repeatable option', () => {
  it('is the list of its values, in order, and one parse does not add to the next', () => {
    const parse = (...argv: string[]) =>
      command.parse(argv, { from: 'user' }).opts<{ pubkey: string[] }>().pubkey;
    expect(parse('--pubkey', 'b', '--pubkey=a', '--pubkey', 'b')).toEqual(['b', 'a', 'b']);
    expect(parse('--pubkey', 'c')).toEqual(['c']);
    expect(parse()).toEqual([]);
  });
});

describe('suggested values', () => {
  it('are shown and not enforced', () => {
    expect(command.helpInformation()).toContain('"public", "vpc"');
    command.parse(['--gateway', 'kst-other'], { from: 'user' });
    expect(command.opts<{ gateway: string }>().gateway).toBe('kst-other');
  });
});
