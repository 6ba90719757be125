import type { Block } from './blocks.ts';
import { stepsOf } from './yaml-steps.ts';

/** Printed after each block. */
const END = '[end of block]';

export interface PageScript {
  /** For `bash -c`, in the folder of the page. */
  readonly script: string;
  /** What the script needs in the folder of scripts, by name. */
  readonly files: ReadonlyMap<string, string>;
}

export interface ScriptOptions {
  /** The shell in which people type the page: `sh -eu` or `bash -euo pipefail`. */
  readonly shell: readonly string[];
  readonly isEachInOwnShell: boolean;
  /** Where the files of the script will lie. */
  readonly folder: string;
  /** What happens before the first block with a text, by that text. */
  readonly before: Readonly<Record<string, string>>;
}

/** One script that types all blocks of a page, and tells where each ends. What comes before a block writes to stderr. */
export function pageScript(blocks: readonly Block[], options: ScriptOptions): PageScript {
  const files = new Map<string, string>();
  const pending = new Map(Object.entries(options.before));
  const parts = blocks.map((block, index) => {
    const first = [...pending].filter(([text]) => block.code.includes(text));
    for (const [text] of first) pending.delete(text);
    const before = first.map(([, script]) => `{\n${script}\n} >&2`);
    const typed = typedIn(block, options, (code) => {
      const name = `${index}-${files.size}.sh`;
      files.set(name, code);
      return `${options.folder}/${name}`;
    });
    return [...before, `{\n${typed}\n} 2>&1`, `printf '%s' '${END}'`].join('\n');
  });
  if (pending.size > 0) throw new Error(`no block has ${[...pending.keys()].join(', ')}`);
  return { script: [...parts, ''].join('\n'), files };
}

/** What each block printed. */
export const printedBlocks = (printed: string): string[] => printed.split(END);

function typedIn(block: Block, options: ScriptOptions, file: (code: string) => string): string {
  const shell = options.shell.join(' ');
  switch (block.language) {
    case 'js':
      return fileOf(block, file);
    case 'yaml':
      return stepsOf(block.code)
        .map(({ shell: own, variables, script }) => {
          if (script.includes('${{')) throw new Error(`an expression in a script: ${script}`);
          const set = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
          return ['env', ...set, ...own, file(script)].join(' ');
        })
        .join('\n');
    case 'sh':
      break;
  }
  switch (block.place) {
    case 'terminal':
      return onTerminal(`${shell} ${file(block.code)}`);
    case 'offline':
      return `unshare --net ${shell} ${file(block.code)}`;
    case '':
      return options.isEachInOwnShell ? `(\n${block.code})` : block.code;
    default:
      throw new Error(`a block for ${block.place}`);
  }
}

/** On a terminal of 80 × 24, nobody at its keyboard. */
const onTerminal = (command: string): string =>
  [
    `script -qec 'stty cols 80 rows 24; exec ${command}' /dev/null < /dev/null > "$TMPDIR/screen"`,
    `tr -d '\\r' < "$TMPDIR/screen"`,
  ].join('\n');

/** `// NAME` in its first line says where a program lies. */
function fileOf({ code }: Block, file: (code: string) => string): string {
  const [, name] = /^\/\/ ([\w.-]+)\n/.exec(code) ?? [];
  if (name === undefined) throw new Error(`a program without a name: ${code}`);
  return `cp ${file(code)} ${name}`;
}
