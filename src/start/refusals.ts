import { DamagedPack } from './pack.ts';

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

/** What to say where the program's own file cannot be read as it should be; undefined for other errors. */
export function refusalOfFile(error: unknown): Refusal | undefined {
  if (error instanceof DamagedPack) {
    return fileRefusal(
      `${error.message}: it is not the program that was made`,
      'get it again, and compare its SHA-256 with the published one before it is run',
    );
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EMFILE' && code !== 'ENFILE') return undefined;
  return fileRefusal(
    `there are too few file descriptors (${code})`,
    'ulimit -n 1024, in the shell that runs kmsx',
  );
}

function fileRefusal(Message: string, Hint: string): Refusal {
  return { exitCode: 7, error: { Kind: 'io', Code: 'file-unreadable', Message, Hint } };
}

/** A refusal as the program prints its errors. */
export function textOf({ error }: Refusal, argv: readonly string[]): string {
  const isJson = /(^| )--error-format[ =]json( |$)/.test(argv.join(' '));
  return isJson
    ? `${JSON.stringify({ Error: { ...error, Retryable: false } })}\n`
    : `kmsx: error: ${error.Message}\nkmsx: hint: ${error.Hint}\n`;
}
