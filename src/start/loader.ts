import { isBuiltin } from 'node:module';
import { compileFunction } from 'node:vm';
import { createBuiltins } from './builtins.ts';
import type { Pack } from './pack.ts';
import { packagePath } from './packages.ts';

/** How to get each export of a chunk, when it is used. */
type Getters = Readonly<Record<string, () => unknown>>;

/** The code of a chunk. It reaches others by `require`, and by `kmsxLoad` what it needs later; `kmsxFiles` are
 * the files that the program is in. */
export type Chunk = (
  kmsxExport: (exports: Getters) => void,
  require: (name: string) => unknown,
  kmsxLoad: (name: string) => Promise<unknown>,
  kmsxFiles: readonly string[],
) => void;

/** The names of a chunk's parameters, in order. */
export const PARAMETERS = ['kmsxExport', 'require', 'kmsxLoad', 'kmsxFiles'];

export interface Loader {
  load(name: string): object;
  /** The chunks that were loaded, in order. */
  loaded(): readonly string[];
}

/**
 * Loads chunks of the program, each once.
 *
 * @param require - loads modules of Node.js, and packages by their path
 * @returns makes a loader for which some chunks need not be compiled from the pack
 */
export function createLoader(
  pack: Pack,
  require: (name: string) => unknown,
): (compiled: Readonly<Record<string, Chunk>>) => Loader {
  return (compiled) => {
    const modules = new Map<string, object>();
    const builtin = createBuiltins((name) => require(name) as object);
    const load = (name: string): object => {
      const known = modules.get(name);
      if (known !== undefined) return known;
      const module = {};
      modules.set(name, module);
      const define = (getters: Getters): void => {
        for (const [key, get] of Object.entries(getters)) {
          Object.defineProperty(module, key, { get, enumerable: true });
        }
      };
      try {
        const chunk = compiled[name] ?? compile(name, pack.body(name));
        chunk(define, take, (other) => Promise.resolve().then(() => take(other)), pack.files);
      } catch (error) {
        modules.delete(name); // half of it is nothing to go on with
        throw error;
      }
      return module;
    };
    const take = (name: string): unknown => {
      if (name.startsWith('./')) return load(name.slice(2));
      return isBuiltin(name) ? builtin(name) : require(packagePath(name));
    };
    return { load, loaded: () => [...modules.keys()] };
  };
}

function compile(name: string, body: string): Chunk {
  return compileFunction(body, PARAMETERS, { filename: `kmsx/${name}` }) as Chunk;
}
