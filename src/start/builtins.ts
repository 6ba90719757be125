import slow from './slow-builtins.json' with { type: 'json' };
import { whenUsed } from './when-used.ts';

/** Modules of Node.js that take long to load, and that few runs use all of. None is called or constructed itself. */
const SLOW: ReadonlySet<string> = new Set(slow);

/** Gives modules of Node.js to chunks: a slow one is loaded when a property of it is first used. */
export function createBuiltins(load: (name: string) => object): (name: string) => object {
  const known = new Map<string, object>();
  return (name) => {
    const bare = name.replace(/^node:/, '');
    const module =
      known.get(bare) ?? (SLOW.has(bare) ? whenUsed(() => load(bare), itself) : load(name));
    known.set(bare, module);
    return module;
  };
}

/** As for an import of it. */
const itself = (module: object): object => ({ default: module });
