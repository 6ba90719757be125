import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { KmsxError, systemErrorCode } from '../error.ts';
import { isThere, moveToFreeName, syncFolder } from './file-steps.ts';
import { writeError } from './write-error.ts';

/**
 * Says what becomes of the file that is in place: `remove` it once the new one stands, or `keep` it beside the new one.
 * It throws where the file must stay where it is: then nothing is replaced. It is asked right before the file is moved
 * and again after, when nobody else can put another in its place.
 *
 * @param path - the file's present name
 */
export type OldFileRule = (path: string) => 'remove' | 'keep';

/** What the steps need of the world. */
export interface PlacingContext {
  randomBytes(length: number): Buffer;
  now(): Date;
}

/** A file that was in place, and the name that it has meanwhile. */
interface OldFile {
  readonly path: string;
  /** `FILE.old-TIMESTAMP`, which it gets if that is free. */
  readonly niceName: string;
  readonly verdict: 'remove' | 'keep';
}

/** The rule let nothing be replaced. `cause` is what it threw. */
export class OldFileStays extends Error {
  override readonly name = 'OldFileStays';
}

/**
 * Puts a finished file in the place of another, whatever came there until this moment. The old one is moved aside,
 * and removed only when the new one is in place and durable: it is whole under some name at every moment, so is the new
 * one, and nothing is ever renamed over a file. All of it is one synchronous step, which no signal handler comes
 * between. Where it fails, what was moved is put back.
 *
 * @param label - what `target` is called in errors
 * @returns where the files are that the rule keeps
 * @throws OldFileStays where the rule throws; KmsxError `output-exists` as `moveToFreeName`; and the system's errors
 */
export function putInPlaceOf(
  temporary: string,
  target: string,
  rule: OldFileRule,
  label: string,
  context: PlacingContext,
): string[] {
  const olds: OldFile[] = [];
  try {
    for (;;) {
      const old = moveAside(target, rule, label, context);
      if (old !== undefined) olds.push(old);
      try {
        moveToFreeName(temporary, target, label);
        break;
      } catch (error) {
        if (!isAlreadyThere(error)) throw error; // else another run put its own in place: it is moved aside too
      }
    }
  } catch (error) {
    const elsewhere = olds
      .reverse()
      .map(({ path }) => path)
      .filter((path) => !putBack(path, target, label));
    throw telling(error, elsewhere, label);
  }
  if (olds.some(({ verdict }) => verdict === 'remove')) syncFolder(dirname(target));
  return olds.flatMap(settle);
}

/** Gives the file in place a name that no other file can have. */
function moveAside(
  target: string,
  rule: OldFileRule,
  label: string,
  context: PlacingContext,
): OldFile | undefined {
  if (!isThere(target)) return undefined;
  const timestamp = context.now().toISOString().replaceAll(/[-:]/g, '');
  const niceName = `${target}.old-${timestamp}`;
  const path = `${niceName}-${context.randomBytes(6).toString('hex')}`;
  try {
    judge(target, rule);
    renameSync(target, path);
  } catch (error) {
    const isGone =
      systemErrorCode(error instanceof OldFileStays ? error.cause : error) === 'ENOENT';
    if (isGone && !isThere(target)) return undefined;
    throw error;
  }
  try {
    return { path, niceName, verdict: judge(path, rule) };
  } catch (error) {
    throw telling(error, putBack(path, target, label) ? [] : [path], label);
  }
}

function judge(path: string, rule: OldFileRule): 'remove' | 'keep' {
  try {
    return rule(path);
  } catch (error) {
    throw new OldFileStays('', { cause: error });
  }
}

/** Whether the file has its name again; where somebody took that meanwhile, it stays where it is. */
function putBack(path: string, target: string, label: string): boolean {
  try {
    if (lstatSync(path).isFile()) {
      moveToFreeName(path, target, label);
      return true;
    }
    if (isThere(target)) return false;
    renameSync(path, target); // a folder or a symbolic link can't be linked everywhere
    return true;
  } catch (error) {
    if (isAlreadyThere(error) || systemErrorCode(error) !== undefined) return false;
    throw error;
  }
}

/** Returns where the old file is, if it is kept. */
function settle({ path, niceName, verdict }: OldFile): string[] {
  if (verdict === 'remove') {
    unlinkSync(path);
    return [];
  }
  try {
    linkSync(path, niceName);
  } catch {
    return [path]; // taken, or a file system without links: the longer name is as good
  }
  unlinkSync(path);
  return [niceName];
}

/** An error must name the files that are elsewhere now. */
function telling(error: unknown, elsewhere: readonly string[], label: string): unknown {
  if (elsewhere.length === 0) return error;
  const remark = `what was there is now ${elsewhere.join(' and ')}`;
  if (error instanceof OldFileStays) {
    return new OldFileStays('', { cause: withRemark(writeError(label, error.cause), remark) });
  }
  return withRemark(writeError(label, error), remark);
}

/**
 * The same error with a remark at the end of its message; an error that is no KmsxError unchanged.
 *
 * @param hints - in place of the usual ones
 */
export function withRemark(error: unknown, remark: string, hints?: readonly string[]): unknown {
  if (!(error instanceof KmsxError)) return error;
  return error.with({
    message: `${error.message}; ${remark}`,
    ...(hints !== undefined && { hints }),
  });
}

function isAlreadyThere(error: unknown): boolean {
  if (error instanceof KmsxError) return error.code === 'output-exists';
  return systemErrorCode(error) === 'EEXIST';
}
