/**
 * A module in place of one that is loaded when a property of it is first used.
 *
 * @param known - properties that are told without loading it
 */
export function whenUsed(load: () => object, known: (module: object) => object): object {
  let loaded: object | undefined;
  const module = (): object => (loaded ??= load());
  const proxy: object = new Proxy(
    {},
    {
      get: (_, key) => Reflect.get(Object.hasOwn(told, key) ? told : module(), key) as unknown,
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
  const told = known(proxy);
  return proxy;
}
