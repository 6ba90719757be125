import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Shell } from '../../../scripts/completions/generate.ts';
import { PseudoTerminal } from './pseudo-terminal.ts';

/** What the completion script of each shell is called where it is installed. */
export const SCRIPT_NAMES: Readonly<Record<Shell, string>> = {
  bash: 'kmsx.bash',
  zsh: '_kmsx',
  fish: 'kmsx.fish',
};

const PROMPT = 'ready> ';
const CALLED = 'the program was called';
const ARGUMENTS_FILE = 'arguments.out';
const OFFERED_FILE = 'offered.out';
const CLEAR = '\x15';
const RECORD = '\x14';

/** A real interactive shell in a pseudo-terminal, into which a completion script was loaded. */
export interface CompletionShell {
  /** What the script offers at the end of a line, sorted; after `=` the values alone. */
  offered(line: string): Promise<string[]>;
  /** Types a line, presses Tab and Enter, and returns the arguments that the program was called with. */
  pressTab(line: string): Promise<string[]>;
  /** Types a line, presses Tab, and returns what the terminal then gets, as bytes in latin1. */
  screenAfterTab(line: string): Promise<string>;
  /** Runs a command of the shell. */
  run(command: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a shell with a completion script, as a user's start-up file would load it.
 *
 * @param scriptFile - an absolute path; for zsh its folder comes into `fpath`, unless `sourced` is set
 * @param folder - an empty folder: the shell's working folder is `work` in it, its home `home`
 */
export async function openShell(
  shell: Shell,
  scriptFile: string,
  folder: string,
  { sourced = false } = {},
): Promise<CompletionShell> {
  const work = join(folder, 'work');
  const home = join(folder, 'home');
  const bin = join(folder, 'bin');
  for (const path of [work, home, bin]) mkdirSync(path, { recursive: true });
  const at = (name: string): string => join(folder, name);
  writeFileSync(join(bin, 'kmsx'), recordingProgram(at(ARGUMENTS_FILE)), { mode: 0o755 });
  const start = startUp(shell, scriptFile, sourced, at(OFFERED_FILE));
  writeFileSync(at(start.file), start.text);
  const env = scrubbedEnv(home, bin);
  const terminal = new PseudoTerminal(start.command(at(start.file)), work, {
    ...env,
    ZDOTDIR: folder,
  });
  await terminal.waitForTexts([PROMPT]);

  const answerIn = async (name: string): Promise<string[]> => {
    await terminal.waitFor(() => existsSync(at(name)), name);
    return readFileSync(at(name), 'utf8').split('\0').slice(0, -1);
  };
  const pressAndRun = async (keys: string): Promise<void> => {
    await terminal.waitForTexts([CALLED, PROMPT], terminal.press(keys));
  };
  return {
    offered: async (line) => {
      if (shell === 'fish') return fishOffers(scriptFile, line, work, env).map(({ word }) => word);
      rmSync(at(OFFERED_FILE), { force: true });
      terminal.press(line + (shell === 'zsh' ? RECORD : '\t'));
      const words = await answerIn(OFFERED_FILE);
      terminal.press(CLEAR);
      return sorted(words.filter((word) => word !== ''));
    },
    pressTab: async (line) => {
      rmSync(at(ARGUMENTS_FILE), { force: true });
      await pressAndRun(`${line}\t\r`);
      return await answerIn(ARGUMENTS_FILE);
    },
    screenAfterTab: async (line) => {
      await terminal.type(line);
      const screen = await terminal.type('\t');
      terminal.press(CLEAR);
      return screen;
    },
    run: (command) => pressAndRun(`${command}; echo ${CALLED.replace(' ', "' '")}\r`),
    close: () => terminal.close(`${CLEAR}exit\r`),
  };
}

/** Fails, with the shell's own message, if a script is not well formed. */
export function assertSyntax(shell: Shell, scriptFile: string): void {
  execFileSync(shell, ['-n', scriptFile], { encoding: 'utf8' });
  if (shell === 'bash') execFileSync('shellcheck', [scriptFile], { encoding: 'utf8' });
}

/** What fish offers at the end of a line, with its descriptions, asked with `complete -C`. */
export function fishOffers(
  scriptFile: string,
  line: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): { word: string; description: string }[] {
  const output = execFileSync(
    'fish',
    ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', scriptFile, line],
    { cwd, env, encoding: 'utf8' },
  );
  const equals = /(?:^| )--[^ =]*=/.exec(line) === null ? '' : /--[^ =]*=/;
  return output
    .split('\n')
    .slice(0, -1)
    .map((row) => {
      const [word = '', description = ''] = row.split('\t');
      return { word: word.replace(equals, ''), description };
    })
    .sort((a, b) => (a.word < b.word ? -1 : 1));
}

/** The environment of the tests, with a folder in front of PATH. */
export function scrubbedEnv(home: string, bin: string): Record<string, string> {
  const path = [bin, process.env['PATH'] ?? ''].join(delimiter);
  return { PATH: path, HOME: home, LANG: 'C.UTF-8', TZ: 'UTC', NO_COLOR: '1' };
}

interface StartUp {
  readonly file: string;
  readonly text: string;
  command(file: string): string;
}

function startUp(shell: Shell, scriptFile: string, sourced: boolean, offeredFile: string): StartUp {
  switch (shell) {
    case 'bash':
      return {
        file: 'start.bash',
        text: `PS1='${PROMPT}'
. '${scriptFile}'
eval "original$(declare -f _kmsx)"
_kmsx() {
  original_kmsx "$@"
  printf '%s\\0' "\${COMPREPLY[@]}" >'${offeredFile}.part'
  mv '${offeredFile}.part' '${offeredFile}'
}
`,
        command: (file) => `bash --noprofile --rcfile '${file}' -i`,
      };
    case 'zsh':
      return {
        file: '.zshrc',
        text: `PS1='${PROMPT}'
${sourced ? '' : `fpath=('${scriptFile.replace(/\/[^/]*$/, '')}' $fpath)`}
autoload -Uz compinit
compinit -u -D
${sourced ? `. '${scriptFile}'` : ''}
compadd() {
  local -a matches
  if [[ \${@[1,(i)(-|--)]} == *-[OADE]* ]]; then
    builtin compadd "$@"
    return
  fi
  builtin compadd -A matches "$@"
  (( $#matches )) && printf '%s\\0' "\${(@Q)matches}" >>'${offeredFile}.part'
  builtin compadd "$@"
}
record() {
  : >'${offeredFile}.part'
  zle list-choices
  mv '${offeredFile}.part' '${offeredFile}'
}
zle -N record
bindkey '^T' record
`,
        command: () => 'zsh -d -i',
      };
    case 'fish':
      return {
        file: 'start.fish',
        text: `function fish_prompt; printf '${PROMPT}'; end
source '${scriptFile}'
`,
        command: (file) => `fish --no-config -i -C "source '${file}'"`,
      };
  }
}

/** A program that leaves its arguments in a file, each ended by NUL, and says so on the terminal. */
function recordingProgram(file: string): string {
  return `#!/bin/sh
printf '%s\\0' "$@" >'${file}.part'
mv '${file}.part' '${file}'
echo '${CALLED}' >&2
`;
}

function sorted(words: readonly string[]): string[] {
  return [...words].sort();
}
