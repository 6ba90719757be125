import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../../../scripts/completions/generate.ts';
import { completionScript, SHELLS } from '../../../scripts/completions/generate.ts';
import { readCompletionModel } from '../../../scripts/completions/model.ts';
import type { CompletionShell } from '../../support/shells/completion-shells.ts';
import {
  assertSyntax,
  fishOffers,
  openShell,
  SCRIPT_NAMES,
  scrubbedEnv,
} from '../../support/shells/completion-shells.ts';
import { CANARY, hostileProgram, hostileText } from '../../support/shells/hostile-program.ts';
import { sampleProgram } from '../../support/shells/sample-program.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-completions-')));
const NODE_MARK = join(root, 'node-was-started');

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Writes a script where its shell will find it, and returns its path. */
function writeScript(shell: Shell, folder: string, script: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, SCRIPT_NAMES[shell]);
  writeFileSync(file, script);
  return file;
}

/** A folder for a shell, with files to complete to, and a `node` that tells when it is started. */
function shellFolder(name: string): string {
  const folder = join(root, name);
  for (const path of ['work/sub folder', 'home', 'bin']) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  for (const path of ['work/my file.txt', 'work/sub.txt', 'work/a:b.txt', 'home/in home.txt']) {
    writeFileSync(join(folder, path), '');
  }
  writeFileSync(join(folder, 'bin', 'node'), `#!/bin/sh\n: >'${NODE_MARK}'\n`, { mode: 0o755 });
  return folder;
}

const COMMANDS = ['completion', 'export', 'export-key', 'help', 'inspect', 'token', 'unwrap-key'];

/** A line, what is offered at its end, and the shells that can't: fish offers an option again. */
const OFFERS: readonly (readonly [string, readonly string[], Shell?])[] = [
  ['kmsx ', COMMANDS],
  ['kmsx un', ['unwrap-key']],
  ['kmsx ex', ['export', 'export-key']],
  ['kmsx token ', ['help', 'list', 'ls', 'remove']],
  ['kmsx help exp', ['export-key']],
  ['kmsx completion ', ['bash', 'fish', 'zsh']],
  ['kmsx bogus un', []],
  ['kmsx export-key --key-spec ', ['AES_128', 'AES_256']],
  ['kmsx export --key-spec AES_2', ['AES_256']],
  ['kmsx export-key --key-spec=', ['AES_128', 'AES_256']],
  ['kmsx export-key --key-spec=AES_2', ['AES_256']],
  ['kmsx export-key --check=', ['a=b', 'cmac:zero', 'ecb:zero']],
  ['kmsx export-key --pub', ['--pubkey']],
  ['kmsx export-key --pubkey a --pub', ['--pubkey']],
  ['kmsx export-key --key-spec AES_256 --key-s', [], 'fish'],
  ['kmsx token ls --mo', ['--module']],
  ['kmsx --color ', ['always', 'auto', 'never']],
  ['kmsx export-key --color a', ['always', 'auto']],
  ['kmsx --color always un', ['unwrap-key']],
  ['kmsx --color un', []],
  ['kmsx -q un', ['unwrap-key']],
  ['kmsx export-key --key-id ', []],
  ['kmsx export-key --key-id unwrap-key --priv', []],
  ['kmsx export-key -k ', []],
  ['kmsx export-key -k x --dr', ['--dry-run']],
  ['kmsx export-key -qk x --dr', ['--dry-run']],
  ['kmsx export-key -kx --dr', ['--dry-run']],
  ['kmsx unwrap-key --trace ', ['high', 'low']],
  ['kmsx unwrap-key --trace --tr', [], 'fish'],
  ['kmsx unwrap-key --component a --comp', ['--component']],
  ['kmsx unwrap-key --component a b --comp', ['--component']],
  ['kmsx inspect a --qu', ['--quiet']],
  ['kmsx export-key --int', []],
  ['kmsx unl', []],
  ['kmsx export-key -- --', []],
  ['kmsx inspect -- --q', []],
];

/** A line, and the words that the program gets after Tab and Enter. */
const TABS: readonly (readonly [string, readonly string[]])[] = [
  ['kmsx un', ['unwrap-key']],
  ['kmsx export-k', ['export-key']],
  ['kmsx inspect my', ['inspect', 'my file.txt']],
  ['kmsx inspect "my', ['inspect', 'my file.txt']],
  ['kmsx inspect -- my', ['inspect', '--', 'my file.txt']],
  ['kmsx inspect a', ['inspect', 'a:b.txt']],
  ['kmsx inspect x > my', ['inspect', 'x']],
  ['kmsx export-key --pubkey my', ['export-key', '--pubkey', 'my file.txt']],
  ['kmsx export-key --pubkey=my', ['export-key', '--pubkey=my file.txt']],
  ['kmsx export-key --pubkey="my', ['export-key', '--pubkey=my file.txt']],
  [
    'kmsx export-key --pubkey a --pubkey my',
    ['export-key', '--pubkey', 'a', '--pubkey', 'my file.txt'],
  ],
  ['kmsx export-key --state su', ['export-key', '--state', 'sub folder']],
  ['kmsx export-key --state=su', ['export-key', '--state=sub folder']],
  ['kmsx export-key --check ecb', ['export-key', '--check', 'ecb:zero']],
  ['kmsx export-key --check ecb:z', ['export-key', '--check', 'ecb:zero']],
  ['kmsx export-key --check=ecb:z', ['export-key', '--check=ecb:zero']],
  ['kmsx export-key --check=a=', ['export-key', '--check=a=b']],
  ['kmsx unwrap-key --priv', ['unwrap-key', '--privkey']],
  ['kmsx token remove --qui', ['token', 'remove', '--quiet']],
];

describe.each(SHELLS)('in %s', (shell) => {
  const folder = shellFolder(shell);
  const file = writeScript(shell, join(root, 'scripts'), completionScript(shell, sampleProgram()));
  let terminal: CompletionShell;

  beforeAll(async () => {
    terminal = await openShell(shell, file, folder);
  });
  afterAll(async () => {
    await terminal.close();
  });

  it('the script is well formed', () => {
    assertSyntax(shell, file);
  });

  it.each(
    OFFERS.filter(([, , except]) => except !== shell).map(([line, words]) => ({ line, words })),
  )('offers after $line: $words', async ({ line, words }) => {
    expect(await terminal.offered(line)).toEqual(words);
  });

  it.each(TABS)('makes of %j and Tab a call with %j', async (line, words) => {
    const called = await terminal.pressTab(line);
    expect(called.map((word) => word.replace(/(?<=folder)\/$/, ''))).toEqual(words);
  });

  it('completes a file below the home folder', async () => {
    expect(await terminal.pressTab('kmsx inspect ~/in')).toEqual([
      'inspect',
      join(folder, 'home', 'in home.txt'),
    ]);
  });

  it('evaluates nothing that stands on the line, and starts neither Node nor the program', async () => {
    rmSync(join(folder, 'arguments.out'), { force: true });
    expect(await terminal.offered(`kmsx inspect $(touch ${CANARY}) --qu`)).toEqual(['--quiet']);
    expect(await terminal.offered('kmsx un')).toEqual(['unwrap-key']);
    expect(existsSync(join(folder, 'work', CANARY))).toBe(false);
    expect(existsSync(NODE_MARK)).toBe(false);
    expect(existsSync(join(folder, 'arguments.out'))).toBe(false);
  });
});

describe('in zsh', () => {
  it('works sourced as well, and shows descriptions as they are', async () => {
    const script = completionScript('zsh', sampleProgram());
    const file = writeScript('zsh', join(root, 'sourced'), script);
    const terminal = await openShell('zsh', file, shellFolder('zsh-sourced'), { sourced: true });
    try {
      expect(await terminal.pressTab('kmsx un')).toEqual(['unwrap-key']);
      const commands = await terminal.screenAfterTab('kmsx ');
      expect(commands).toContain('-- generate a data key: "export" it [twice], for $5');
      const options = await terminal.screenAfterTab('kmsx export-key --');
      expect(options).toContain("-- ask only: it's free\x1b");
      expect(options).toContain('-- public key (repeatable)\x1b');
    } finally {
      await terminal.close();
    }
  });
});

describe('in fish', () => {
  it('offers commands and options with their descriptions', () => {
    const folder = shellFolder('fish-descriptions');
    const file = writeScript('fish', folder, completionScript('fish', sampleProgram()));
    const env = scrubbedEnv(join(folder, 'home'), join(folder, 'bin'));
    const offers = (line: string): unknown => fishOffers(file, line, folder, env);
    expect(offers('kmsx un')).toEqual([
      { word: 'unwrap-key', description: 'unwrap an exported data key' },
    ]);
    expect(offers('kmsx export-key --dr')).toEqual([
      { word: '--dry-run', description: "ask only: it's free" },
    ]);
  });
});

describe('the function for bash, called as bash calls it', () => {
  const folder = shellFolder('bash-function');
  const file = writeScript('bash', folder, completionScript('bash', sampleProgram()));

  /** Calls the function under `set -u`; what it asks of `compopt` comes first. */
  function compreply(words: readonly string[], replaced: string, line = words.join(' ')): string[] {
    const program = `
      . "$1"; replaced=$2 COMP_LINE=$3; shift 3
      compopt() { printf '%s\\0' "compopt $*"; }
      set -u
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_POINT=\${#COMP_LINE}
      _kmsx kmsx "$replaced" "\${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\0' \${COMPREPLY[@]+"\${COMPREPLY[@]}"}`;
    const args = ['--noprofile', '--norc', '-c', program, 'bash', file, replaced, line, ...words];
    const env = scrubbedEnv(join(folder, 'home'), join(folder, 'bin'));
    const output = execFileSync('bash', args, { cwd: join(folder, 'work'), env, encoding: 'utf8' });
    return output
      .split('\0')
      .slice(0, -1)
      .filter((word) => word !== '');
  }

  const EXPORT = ['kmsx', 'export-key'];

  it('fills COMPREPLY with commands and options', () => {
    expect(compreply(['kmsx', 'un'], 'un')).toEqual(['unwrap-key']);
    expect(compreply(['kmsx', 'token', ''], '')).toEqual(['list', 'ls', 'remove', 'help']);
    expect(compreply([...EXPORT, '--k'], '--k')).toEqual(['--key-id', '--key-spec']);
  });

  it('offers what follows the place where bash cut the word', () => {
    const cut = (words: string[], replaced: string, line: string): string[] =>
      compreply([...EXPORT, ...words], replaced, `kmsx export-key ${line}`);
    expect(cut(['--key-spec', '='], '', '--key-spec=')).toEqual(['AES_256', 'AES_128']);
    expect(cut(['--key-spec', '=', 'AES_2'], 'AES_2', '--key-spec=AES_2')).toEqual(['AES_256']);
    expect(cut(['--check', 'ecb', ':'], '', '--check ecb:')).toEqual(['zero']);
    expect(cut(['--check', '=', 'ecb', ':', 'z'], 'z', '--check=ecb:z')).toEqual(['zero']);
    expect(cut(['--check', '=', 'a', '='], '', '--check=a=')).toEqual(['b']);
  });

  it('keeps apart what stands apart on the line', () => {
    expect(
      compreply([...EXPORT, '--key-spec', '=', 'A'], 'A', 'kmsx export-key --key-spec = A'),
    ).toEqual([]);
  });

  it('offers the whole word where = and : are not in COMP_WORDBREAKS', () => {
    const word = '--check=ecb:z';
    expect(compreply([...EXPORT, word], word)).toEqual(['--check=ecb:zero']);
  });

  it('offers the end of a word that bash 3.2 did not cut but will replace in part', () => {
    expect(compreply([...EXPORT, '--check=ecb:z'], 'z')).toEqual(['zero']);
    expect(compreply([...EXPORT, '--key-spec=AES_2'], 'AES_2')).toEqual(['AES_256']);
  });

  it('leaves files and folders to readline', () => {
    const files = ['compopt -o bashdefault', 'compopt -o default'];
    expect(compreply([...EXPORT, '--pubkey', 'my'], 'my')).toEqual(files);
    expect(compreply(['kmsx', 'inspect', ''], '')).toEqual(files);
    expect(compreply([...EXPORT, '--state', ''], '')).toEqual(['compopt -o dirnames']);
    expect(compreply([...EXPORT, '--key-id', ''], '')).toEqual([]);
  });

  it('finds files itself where readline would begin at the wrong place', () => {
    expect(compreply([...EXPORT, '--pubkey=my'], '--pubkey=my')).toEqual([
      'compopt -o filenames',
      '--pubkey=my file.txt',
    ]);
    expect(compreply(['kmsx', 'inspect', 'a', ':'], '', 'kmsx inspect a:')).toEqual([
      'compopt -o filenames',
      'b.txt',
    ]);
    expect(compreply([...EXPORT, '--state=su'], '--state=su')).toEqual([
      'compopt -o nospace',
      'compopt -o filenames',
      '--state=sub folder/',
    ]);
  });
});

describe('hostile texts in the tree', () => {
  const texts = fc.array(hostileText(), { minLength: 1, maxLength: 7 });
  const parameters = {
    // The same cases each time: a real shell is slow to ask. What is found belongs into the examples.
    seed: 20_261_124,
    numRuns: 20,
    interruptAfterTimeLimit: 90_000,
    markInterruptAsFailure: false,
    examples: [[['%']]] as [string[]][],
  };

  /** The model's own words, as what must come out of a shell unchanged. */
  function expected(tree: readonly string[]): { choices: string[]; summary: string } {
    const run = readCompletionModel(hostileProgram(tree)).subcommands[0];
    const candidates = run?.arguments[0]?.candidates;
    if (run === undefined || candidates?.kind !== 'values') throw new Error('no choices');
    return { choices: [...new Set(candidates.values)].sort(), summary: run.description };
  }

  function assertNoCanary(folder: string): void {
    expect(existsSync(join(folder, 'work', CANARY))).toBe(false);
  }

  it('never become code in bash, and choices are typed so that bash reads them unchanged', () => {
    const folder = shellFolder('hostile-bash');
    const program = `
      . "$1"
      for line in 'run ' 'run --choice '; do
        COMP_LINE="kmsx $line" COMP_WORDS=(kmsx $line '') COMP_CWORD=\${#COMP_WORDS[@]}
        COMP_CWORD=$((COMP_CWORD - 1)) COMPREPLY=()
        _kmsx kmsx '' ''
        for typed in "\${COMPREPLY[@]}"; do eval "word=$typed"; printf '%s\\0' "$word"; done
        printf '\\0'
      done`;
    fc.assert(
      fc.property(texts, (tree) => {
        const file = writeScript('bash', folder, completionScript('bash', hostileProgram(tree)));
        execFileSync('bash', ['-n', file]);
        const output = execFileSync('bash', ['--norc', '-c', program, 'bash', file], {
          cwd: join(folder, 'work'),
          encoding: 'utf8',
        });
        const [operand, option] = output.split('\0\0').map((words) => words.split('\0').sort());
        expect([...new Set(operand)]).toEqual(expected(tree).choices);
        expect([...new Set(option)]).toEqual(expected(tree).choices);
        assertNoCanary(folder);
      }),
      parameters,
    );
  });

  it('never become code in fish, and descriptions and choices come out unchanged', () => {
    const folder = shellFolder('hostile-fish');
    const work = join(folder, 'work');
    const env = scrubbedEnv(join(folder, 'home'), join(folder, 'bin'));
    fc.assert(
      fc.property(texts, (tree) => {
        const file = writeScript('fish', folder, completionScript('fish', hostileProgram(tree)));
        execFileSync('fish', ['--no-config', '-n', file]);
        const { choices, summary } = expected(tree);
        const offers = (line: string): { word: string; description: string }[] =>
          fishOffers(file, line, work, env);
        expect(offers('kmsx ru')).toEqual([{ word: 'run', description: summary }]);
        expect(offers('kmsx run --choice ').map(({ word }) => word)).toEqual(choices);
        expect(offers('kmsx run ').map(({ word }) => word)).toEqual(choices);
        assertNoCanary(folder);
      }),
      parameters,
    );
  });

  it('never become code in zsh, and choices come out unchanged', async () => {
    const folder = shellFolder('hostile-zsh');
    const file = writeScript('zsh', folder, completionScript('zsh', sampleProgram()));
    const terminal = await openShell('zsh', file, folder, { sourced: true });
    try {
      await fc.assert(
        fc.asyncProperty(texts, async (tree) => {
          writeScript('zsh', folder, completionScript('zsh', hostileProgram(tree)));
          execFileSync('zsh', ['-n', file]);
          await terminal.run(`. '${file}'`);
          const { choices } = expected(tree);
          expect(await terminal.offered('kmsx ru')).toEqual(['run']);
          expect(await terminal.offered('kmsx run --pl')).toEqual(['--place']);
          expect(await terminal.offered('kmsx run --place ')).toEqual([]);
          expect([...new Set(await terminal.offered('kmsx run --choice '))]).toEqual(choices);
          expect([...new Set(await terminal.offered('kmsx run '))]).toEqual(choices);
          assertNoCanary(folder);
        }),
        parameters,
      );
    } finally {
      await terminal.close();
    }
  });

  it.each(SHELLS)('reach the program unchanged when %s completes one of them', async (shell) => {
    const choice = `it's $(touch ${CANARY}) "\`touch ${CANARY}\`" (touch ${CANARY})\\`;
    const folder = shellFolder(`hostile-tab-${shell}`);
    const script = completionScript(shell, hostileProgram([choice]));
    const terminal = await openShell(shell, writeScript(shell, folder, script), folder);
    try {
      expect(await terminal.pressTab('kmsx run it')).toEqual(['run', choice]);
      expect(await terminal.pressTab('kmsx run --choice it')).toEqual(['run', '--choice', choice]);
      assertNoCanary(folder);
    } finally {
      await terminal.close();
    }
  });
});
