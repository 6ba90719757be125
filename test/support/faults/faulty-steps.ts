import type { FileSteps } from '../../../src/base/files/file-steps.ts';
import { FILE_STEPS } from '../../../src/base/files/file-steps.ts';
import type { FaultKind } from './fault-kinds.ts';

/** Thrown where a real process would end. No handler of system errors takes it for one. */
class Killed extends Error {}

/** File steps of which one fails, and how many were taken. */
export interface FaultySteps {
  readonly steps: FileSteps;
  count(): number;
}

/**
 * The system's own calls, but the n-th goes wrong; without `fault` none does. After a kill nothing changes the disk any
 * more, as if the process were gone. Nothing is synced: what a crash of the machine does is not tried.
 *
 * @param failing - the number of the call, from 0
 */
export function faultySteps(failing: number, fault: FaultKind | undefined): FaultySteps {
  let taken = 0;
  let isDead = false;

  const before = (name: string): void => {
    if (isDead) throw new Killed(name);
    const isHere = taken === failing && fault !== undefined;
    taken += 1;
    if (!isHere || fault.isDone) return;
    failNow(name);
  };
  const after = (name: string): void => {
    if (!isDead && taken === failing + 1 && fault?.isDone === true) failNow(name);
  };
  const failNow = (name: string): never => {
    if (fault?.code !== undefined) {
      throw Object.assign(new Error(fault.code), { code: fault.code, syscall: name });
    }
    isDead = true;
    throw new Killed(name);
  };
  const sync = <A extends unknown[], R>(name: string, call: (...args: A) => R) => {
    return (...args: A): R => {
      before(name);
      const result = call(...args);
      after(name);
      return result;
    };
  };
  const async = <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      before(name);
      const result = await call(...args);
      after(name);
      return result;
    };
  };
  const { create, write, truncate, close, link, rename, unlink, makeFolder, removeFolder } =
    FILE_STEPS;
  return {
    count: () => taken,
    steps: {
      create: async (path, mode) => {
        before('open');
        const file = await create(path, mode);
        try {
          after('open');
        } catch (error) {
          await close(file);
          throw error;
        }
        return file;
      },
      write: async('write', write),
      truncate: async('ftruncate', truncate),
      flush: async('fsync', () => Promise.resolve()),
      close: async (file) => {
        // The system closes what a process leaves open, whatever ended it.
        const faulty = async('close', () => Promise.resolve());
        await faulty().finally(() => close(file));
      },
      link: sync('link', link),
      rename: sync('rename', rename),
      unlink: sync('unlink', unlink),
      sync: sync('fsync', () => undefined),
      makeFolder: async('mkdir', makeFolder),
      removeFolder: sync('rmdir', removeFolder),
    },
  };
}
