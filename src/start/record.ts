import { readFileSync, writeFileSync } from 'node:fs';
import type { CompiledPlace } from '../base/own-programs.ts';
import type { CodeCache } from './code-cache.ts';
import { compileTable, encodeCompiledCode, usableCommands } from './code-cache.ts';
import type { createLoader } from './loader.ts';
import { PARAMETERS } from './loader.ts';
import type { Pack } from './pack.ts';

interface Recording {
  readonly pack: Pack;
  readonly cache: CodeCache | undefined;
  readonly loadOf: ReturnType<typeof createLoader>;
  /** Runs what may end in an error that is to be told. */
  readonly guarded: (work: () => void) => void;
}

/** No file of others is written over. */
const NEW_FILE = { flag: 'wx', mode: 0o600 };

/**
 * Runs a command, so that its code can be kept compiled (`kmsx cache`). The word after `kmsx:record` says what is wanted, and
 * two files follow, of which one may be empty:
 *
 * - `place '' COMMANDS`: print where compiled code is looked for, and for which of the commands some would be run, as JSON;
 *   `null` where it is not;
 * - `names FILE ''`: at the end of the process write the names of the command's chunks, as JSON;
 * - `code FILE NAMES`: compile those chunks first, and at the end write them with all that was compiled on the way.
 *
 * @returns false for any other word
 */
export function recordCode(
  host: Pick<NodeJS.Process, 'argv' | 'on' | 'stdout'>,
  { pack, cache, loadOf, guarded }: Recording,
): boolean {
  const [, what, file = '', names = ''] = host.argv.splice(2, 4);
  const atEnd = (data: () => string | Buffer): void => {
    host.on('exit', () => {
      guarded(() => {
        writeFileSync(file, data(), NEW_FILE);
      });
    });
  };
  if (what === 'place') {
    const place = cache && placeOf(cache, names.split(','));
    host.stdout.write(JSON.stringify(place ?? null));
  } else if (what === 'names') {
    const loader = loadOf({});
    atEnd(() => JSON.stringify(loader.loaded()));
    loader.load('main.js');
  } else if (what === 'code') {
    const source = tableOf(pack, JSON.parse(readFileSync(names, 'utf8')) as readonly string[]);
    const { script, chunks } = compileTable(source);
    atEnd(() => encodeCompiledCode({ source, data: script.createCachedData() }));
    loadOf(chunks).load('main.js');
  } else return false;
  return true;
}

function placeOf(cache: CodeCache, commands: readonly string[]): CompiledPlace {
  return { ...cache, Usable: usableCommands(cache, commands) };
}

/** An expression: an object of functions, the chunks. */
function tableOf(pack: Pack, names: readonly string[]): string {
  const parameters = PARAMETERS.join();
  const entries = names.map(
    (name) => `${JSON.stringify(name)}:function(${parameters}){${pack.body(name)}\n}`,
  );
  return `({${entries.join()}})`;
}
