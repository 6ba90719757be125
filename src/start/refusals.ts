import { oneLine } from '../terminal/output/printable.ts';
import { DamagedPack, NotAFile } from './pack.ts';

/** An error of the start, when nothing of the program is loaded yet. */
export interface Refusal {
  readonly exitCode: number;
  readonly error: {
    readonly Kind: string;
    readonly Code: string;
    readonly Message: string;
    readonly Hint: string;
  };
}

/** Node.js would run what is in that folder in place of the program. */
export function refusalOfCompileCache(
  env: Readonly<Record<string, string | undefined>>,
): Refusal | undefined {
  const { NODE_COMPILE_CACHE: folder, NODE_DISABLE_COMPILE_CACHE: disabled } = env;
  if (folder === undefined || folder === '' || disabled === '1') return undefined;
  return {
    exitCode: 2,
    error: {
      Kind: 'usage',
      Code: 'environment-refused',
      Message: 'NODE_COMPILE_CACHE is set: Node.js would run code from a cache, whoever wrote it',
      Hint: 'unset NODE_COMPILE_CACHE',
    },
  };
}

/** What to say of a word of kmsx's own that came without what it needs. */
export function refusalOfOwnWord(word: string): Refusal {
  return usageRefusal(`${word} is a word that kmsx itself uses`, 'kmsx --help shows the commands');
}

/** What to say where a file of the start cannot be read or written as it should be; undefined for other errors. */
export function refusalOfFile(error: unknown): Refusal | undefined {
  if (error instanceof NotAFile) {
    return usageRefusal(
      'Node.js was given the text of kmsx in place of its file, and the rest of it is read from there',
      'node FILE, with the file that the text came from',
    );
  }
  if (error instanceof DamagedPack) {
    return fileRefusal(
      `${error.message}: it is not the program that was made`,
      'get it again, and compare its SHA-256 with the published one before it is run',
    );
  }
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EMFILE' || code === 'ENFILE') {
    return fileRefusal(
      `there are too few file descriptors (${code})`,
      'ulimit -n 1024, in the shell that runs kmsx',
    );
  }
  if (code === undefined || path === undefined || syscall === undefined) return undefined;
  return code === 'EEXIST'
    ? fileRefusal(`${path} exists, and is not written over`, 'give another name, or remove it')
    : fileRefusal(`${path} cannot be used (${code})`, 'if it belongs to kmsx, install that again');
}

function usageRefusal(Message: string, Hint: string): Refusal {
  return { exitCode: 2, error: { Kind: 'usage', Code: 'bad-usage', Message, Hint } };
}

function fileRefusal(Message: string, Hint: string): Refusal {
  return { exitCode: 7, error: { Kind: 'io', Code: 'file-unreadable', Message, Hint } };
}

/** A refusal as the program prints its errors. */
export function textOf({ error }: Refusal, argv: readonly string[]): string {
  const isJson = /(^| )--error-format[ =]json( |$)/.test(argv.join(' '));
  return isJson
    ? `${JSON.stringify({ Error: { ...error, Retryable: false } })}\n`
    : `kmsx: error: ${oneLine(error.Message)}\nkmsx: hint: ${oneLine(error.Hint)}\n`;
}
