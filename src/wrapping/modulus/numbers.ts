/** The primes up to a limit, by the sieve of Eratosthenes. */
export function primesUpTo(limit: number): number[] {
  const isComposite = new Uint8Array(limit + 1);
  const primes = limit < 2 ? [] : [2];
  for (let number = 3; number <= limit; number += 2) {
    if (isComposite[number] === 1) continue;
    primes.push(number);
    // An odd number and an odd multiple of it are two of it apart.
    for (let multiple = number * number; multiple <= limit; multiple += 2 * number) {
      isComposite[multiple] = 1;
    }
  }
  return primes;
}

/** The length of a positive number in bits. */
export function bitLength(number: bigint): number {
  return number.toString(2).length;
}

/** The greatest common divisor of two numbers that are not negative, by Euclid. */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** The k-th root of a number that is not negative, rounded down, by Newton from above. */
export function integerRoot(number: bigint, degree: number): bigint {
  if (number < 2n) return number;
  const k = BigInt(degree);
  let root = 1n << BigInt(Math.ceil(bitLength(number) / degree));
  for (;;) {
    const next = ((k - 1n) * root + number / root ** (k - 1n)) / k;
    if (next >= root) return root;
    root = next;
  }
}

/** base^exponent mod modulus, for a modulus below 2^26. */
export function powerModulo(base: number, exponent: number, modulus: number): number {
  let result = 1;
  let square = base % modulus;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
