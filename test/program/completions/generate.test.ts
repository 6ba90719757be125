import { Command, Option } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completionScript, SHELLS } from '../../../scripts/completions/generate.ts';
import { hostileProgram, hostileText } from '../../support/shells/hostile-program.ts';
import { sampleProgram } from '../../support/shells/sample-program.ts';

/** How a single quote is written inside a word in single quotes; bash's choices are quoted twice. */
const QUOTE_IN_QUOTES = { bash: `\\'\\''`, zsh: `'\\''`, fish: `\\'` } as const;

describe.each(SHELLS)('the completion script for %s', (shell) => {
  const script = completionScript(shell, sampleProgram());

  it('is the same for the same tree and ends with one newline', () => {
    expect(completionScript(shell, sampleProgram())).toBe(script);
    expect(script).toMatch(/[^\n]\n$/);
  });

  it('names every visible command, alias, option and choice, and nothing that is hidden', () => {
    const words = ['export-key', 'export', 'token', 'ls', 'pubkey', 'key-spec', 'AES_256'];
    for (const word of [...words, 'dry-run', 'cmac:zero', 'component', 'quiet']) {
      expect(script).toContain(word);
    }
    expect(script).not.toContain('internal');
    expect(script).not.toContain('unlock');
  });

  it('holds no eval, no command substitution in backquotes and no Node', () => {
    const code = script.replaceAll(/^\s*#.*$/gm, '');
    expect(code).not.toMatch(/\beval\b|\bnode\b|`/);
  });

  it('writes nothing but printable characters, whatever the texts of the tree are', () => {
    fc.assert(
      fc.property(fc.array(hostileText(), { maxLength: 6 }), (texts) => {
        expect(completionScript(shell, hostileProgram(texts))).not.toMatch(/[^\n\P{C}]/u);
      }),
    );
  });

  it('keeps a quote in a text inside the quotes', () => {
    const program = new Command('kmsx');
    program
      .command('run')
      .summary(`it's`)
      .addOption(new Option('--x <y>').choices([`it's`]));
    expect(completionScript(shell, program)).toContain(`it${QUOTE_IN_QUOTES[shell]}s`);
  });

  it('is written for a program with nothing but its name, too', () => {
    const bare = new Command('kmsx').helpOption(false);
    expect(completionScript(shell, bare)).toContain('kmsx');
  });
});
