import { checkPrimeSync } from 'node:crypto';
import {
  bitLength,
  greatestCommonDivisor,
  integerRoot,
  powerModulo,
  primesUpTo,
} from './numbers.ts';
import { hasRocaForm } from './roca.ts';

const SMALL_FACTOR_BITS = 16;
const CLOSE_PRIMES_STEPS = 100;
const RESIDUES_ASKED = 8;

/** What can be wrong with a modulus, the cheapest to find first, and how a message goes on: "its modulus …". */
const FAULTS: readonly ((
  modulus: bigint,
  smallPrimes: readonly number[],
) => string | false | undefined)[] = [
  smallFactor,
  (modulus) =>
    hasRocaForm(modulus) && 'has the form of those that vulnerable chips made (CVE-2017-15361)',
  perfectPower,
  closeFactors,
  (modulus) => checkPrimeSync(modulus) && 'is a prime number and not a product of two',
];

/**
 * Says why a modulus is none of a sound RSA key: it is even, has a factor below 2^16, has the ROCA form, is a power
 * of another number, is a product of two numbers so close that Fermat's method finds them in 100 steps
 * (CVE-2022-26320), or is a prime. Whoever sees such a public key can compute its private half; for some of these
 * no private key exists at all.
 *
 * A sound modulus of 2048 bits costs about 5 ms of processor time, one of 3072 bits 10 ms and one of 4096 bits 20 ms;
 * the first of a process twice that. Half of it is OpenSSL's test for primes.
 *
 * @param modulus - at least 2^64; the caller bounds its length
 * @returns how a sentence about it goes on, such as "is even"; undefined if nothing was found
 */
export function modulusFault(modulus: bigint): string | undefined {
  const smallPrimes = primesUpTo(2 ** SMALL_FACTOR_BITS);
  for (const fault of FAULTS) {
    const found = fault(modulus, smallPrimes);
    if (typeof found === 'string') return found;
  }
  return undefined;
}

/**
 * Finds a modulus that has a factor in common with this one, or is the same: both private halves are then known to
 * whoever sees both public keys.
 *
 * It costs one greatest common divisor for any number of others, about 0.5 ms for 2048 bits.
 *
 * @returns its place in `others`; undefined if there is none
 */
export function sharedFactor(modulus: bigint, others: readonly bigint[]): number | undefined {
  const product = others.reduce((sofar, other) => (sofar * other) % modulus, 1n);
  if (greatestCommonDivisor(modulus, product) === 1n) return undefined;
  return others.findIndex((other) => greatestCommonDivisor(modulus, other) !== 1n);
}

function smallFactor(modulus: bigint, smallPrimes: readonly number[]): string | undefined {
  const factor = smallPrimes.find((prime) => modulus % BigInt(prime) === 0n);
  if (factor === undefined) return undefined;
  return factor === 2 ? 'is even' : `is divisible by ${factor}`;
}

/** Without a factor below 2^16 only roots with 16 bits and more, and so only degrees up to a sixteenth, come into question. */
function perfectPower(modulus: bigint, smallPrimes: readonly number[]): string | undefined {
  const highest = bitLength(modulus) / SMALL_FACTOR_BITS;
  const degree = smallPrimes
    .filter((each) => each <= highest)
    .find(
      (each) =>
        mayBePower(modulus, each, smallPrimes) &&
        integerRoot(modulus, each) ** BigInt(each) === modulus,
    );
  return degree === undefined ? undefined : `is another number to the power of ${degree}`;
}

/** A k-th power is one modulo every prime r, and if k divides r − 1, only one in k of the numbers modulo r is. */
function mayBePower(modulus: bigint, degree: number, smallPrimes: readonly number[]): boolean {
  let asked = 0;
  for (const prime of smallPrimes) {
    if (prime % degree !== 1) continue;
    const residue = Number(modulus % BigInt(prime));
    if (powerModulo(residue, (prime - 1) / degree, prime) !== 1) return false;
    asked += 1;
    if (asked === RESIDUES_ASKED) break;
  }
  return true;
}

/** Fermat: if n = a² − b², then n = (a + b)(a − b). */
function closeFactors(modulus: bigint): string | undefined {
  let a = integerRoot(modulus, 2) + 1n;
  for (let step = 0; step < CLOSE_PRIMES_STEPS; step += 1, a += 1n) {
    const square = a * a - modulus;
    if (integerRoot(square, 2) ** 2n === square) {
      return 'is a product of two numbers that are too close to each other (CVE-2022-26320)';
    }
  }
  return undefined;
}
