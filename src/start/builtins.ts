import slow from './slow-builtins.json' with { type: 'json' };

/** Modules of Node.js that take long to load, and that few runs use all of. None is called or constructed itself. */
const SLOW: ReadonlySet<string> = new Set(slow);

/** Gives modules of Node.js to chunks: a slow one is loaded when a property of it is first used. */
export function createBuiltins(load: (name: string) => object): (name: string) => object {
  const known = new Map<string, object>();
  return (name) => {
    const bare = name.replace(/^node:/, '');
    const module = known.get(bare) ?? (SLOW.has(bare) ? whenUsed(() => load(bare)) : load(name));
    known.set(bare, module);
    return module;
  };
}

/** `default` is the module itself, as for an import of it. */
function whenUsed(load: () => object): object {
  let loaded: object | undefined;
  const module = (): object => (loaded ??= load());
  const proxy: object = new Proxy(
    {},
    {
      get: (_, key) => (key === 'default' ? proxy : (Reflect.get(module(), key) as unknown)),
      set: (_, key, value) => Reflect.set(module(), key, value),
      defineProperty: (_, key, descriptor) => Reflect.defineProperty(module(), key, descriptor),
      deleteProperty: (_, key) => Reflect.deleteProperty(module(), key),
      has: (_, key) => Reflect.has(module(), key),
      ownKeys: () => Reflect.ownKeys(module()),
      getOwnPropertyDescriptor: (_, key) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(module(), key);
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
  return proxy;
}
