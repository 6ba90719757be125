let pending = 0;

/**
 * Waits for work that runs on a thread of Node's pool and cannot be cancelled, such as a key derivation. At its exit
 * Node waits for such work, and does not list it among its active resources: so it is counted here.
 */
export async function onThread<T>(work: Promise<T>): Promise<T> {
  pending += 1;
  try {
    return await work;
  } finally {
    pending -= 1;
  }
}

/** Whether an exit of the process would wait for a thread. */
export function isThreadBusy(): boolean {
  return pending > 0;
}
