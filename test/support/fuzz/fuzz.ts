import fc from 'fast-check';
import { expect } from 'vitest';
import { ERROR_CODES } from '../../../src/base/error-codes.ts';
import { KmsxError, OwnError } from '../../../src/base/error.ts';
import { hintsFor } from '../../../src/terminal/hints/hints.ts';
import { mutationsOf } from './mutations.ts';
import { fuzzSeed } from './seed.ts';

/** What reads something that a stranger may have written. */
export interface Reader {
  readonly name: string;
  /** What it takes, to be changed. */
  readonly samples: readonly (Buffer | string)[];
  /** Gets bytes of its own. */
  readonly read: (bytes: Buffer) => unknown;
  /** Other errors than kmsx's own that it may throw. */
  readonly throws?: (error: unknown) => boolean;
  /** Whether all that it makes is errors. */
  readonly onlyThrows?: true;
  /** How many inputs it gets in place of a thousand, where one takes long. */
  readonly perThousand?: number;
}

const CODES: readonly string[] = Object.keys(ERROR_CODES);

const OBJECT_PROTOTYPE = Object.getOwnPropertyNames(Object.prototype);

/**
 * Gives a reader inputs that were right once. It must take each or throw an error of kmsx's own that is no defect, and
 * leave every prototype as it is.
 *
 * @param thousands - how many inputs
 */
export async function fuzz(reader: Reader, thousands: number): Promise<void> {
  const samples = reader.samples.map((sample) => Buffer.from(sample));
  const numRuns = Math.ceil(thousands * (reader.perThousand ?? 1000));
  await fc.assert(
    fc.asyncProperty(mutationsOf(samples), async (bytes) => {
      try {
        await assertWithstands(reader, bytes);
      } catch (cause) {
        throw new Error(`${reader.name} got ${bytes.toString('base64')}`, { cause });
      }
    }),
    { numRuns, seed: fuzzSeed() },
  );
}

/**
 * Gives a reader one input.
 *
 * @returns the code of the error, or undefined if it was taken
 */
export async function assertWithstands(
  reader: Reader,
  bytes: Uint8Array,
): Promise<string | undefined> {
  try {
    const value: unknown = await reader.read(Buffer.from(bytes));
    if (typeof value === 'object' && value !== null && !Object.hasOwn(value, 'polluted')) {
      expect('polluted' in value).toBe(false);
    }
    return undefined;
  } catch (error) {
    if (reader.throws?.(error) === true) return undefined;
    if (!(error instanceof KmsxError)) throw error;
    expect(error.kind).not.toBe('internal');
    if (error instanceof OwnError) expect(CODES).toContain(error.code);
    for (const text of [error.message, ...hintsFor(error)]) expect(typeof text).toBe('string');
    return String(error.code);
  } finally {
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(OBJECT_PROTOTYPE);
  }
}
