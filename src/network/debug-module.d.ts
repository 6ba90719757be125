/* The parts of `debug` that silencing it needs; the package brings no types. */
declare module 'debug' {
  const createDebug: {
    /** Asked by every logger when `namespaces` has changed since it asked last. */
    enabled: (namespace: string) => boolean;
    namespaces: string | undefined;
  };
  export default createDebug;
}
