import createDebug from 'debug';

/**
 * Turns the output of the `debug` package off, whatever `DEBUG` says: `httpx:header` prints the signature and
 * the STS token, `httpx:body` a plaintext data key, `sign` of the credentials library the STS token. The
 * environment stays as it is.
 */
export function silenceDebugOutput(): void {
  createDebug.enabled = () => false;
  // A logger keeps the answer that it got last until the namespaces change.
  createDebug.namespaces = 'silenced by kmsx';
}
