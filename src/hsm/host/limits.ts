import koffi from 'koffi';

const RLIMIT_CORE = 4;

/**
 * A crash must not write the module's memory, with the PIN and the keys in it, to a disk. Linux hands it to a program that
 * collects core dumps whatever the limit is, but for a limit of 1 (its fs/coredump.c), which no file fits into either.
 */
export function forbidCoreDumps(): void {
  const setrlimit = koffi.load(null).func('setrlimit', 'int', ['int', 'void *']);
  const none = Buffer.from(BigUint64Array.of(1n, 1n).buffer);
  if (setrlimit(RLIMIT_CORE, none) !== 0) throw new Error('core dumps cannot be forbidden');
}

/**
 * Has the system end this process if work takes longer: the process that asks would kill it before, but may have been
 * killed itself, and a module that hangs sees nothing of that.
 *
 * @param seconds - whole seconds
 */
export function endingAfter(seconds: number): <T>(work: () => T) => T {
  const alarm = koffi.load(null).func('alarm', 'uint', ['uint']);
  return (work) => {
    alarm(seconds);
    try {
      return work();
    } finally {
      alarm(0);
    }
  };
}
