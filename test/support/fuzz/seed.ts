/**
 * The seed of a run of fuzz tests: `FUZZ_SEED`, to repeat one, or a new one. fast-check prints it with what failed.
 *
 * @returns a whole number of 32 bits
 */
export function fuzzSeed(): number {
  const given = process.env['FUZZ_SEED'];
  return given === undefined ? Date.now() | 0 : Number.parseInt(given, 10) | 0;
}
