import { generatePrimeSync, randomBytes, checkPrimeSync } from 'node:crypto';

/** A prime of that many bits whose two highest bits are set, so that a product of two has all bits. */
export function prime(bits: number): bigint {
  return generatePrimeSync(bits, { bigint: true });
}

/** A modulus as it should be. */
export function soundModulus(): bigint {
  return prime(1024) * prime(1024);
}

/** A power with 2048 bits of a number without small factors. */
function power(degree: number): bigint {
  const bits = 2048 / degree;
  let base = BigInt(Math.round(2 ** ((bits % 1) + 30))) << BigInt(Math.floor(bits) - 30);
  base -= base / BigInt(degree * 4);
  while (!checkPrimeSync(base)) base -= 1n;
  return base ** BigInt(degree);
}

/** Two primes of 1024 bits, the second the first after a distance. */
function closePrimes(distance: bigint): bigint {
  const first = prime(1024);
  let second = first + distance;
  while (!checkPrimeSync(second)) second += 1n;
  return first * second;
}

/** A prime as Infineon's library made it: k·M + (65537^a mod M), M the product of the first primes. */
function rocaPrime(primes: number): bigint {
  const product = firstPrimes(primes).reduce((sofar, each) => sofar * BigInt(each), 1n);
  const random = (bytes: number) => BigInt(`0x${randomBytes(bytes).toString('hex')}`);
  for (;;) {
    const power = powerModulo(65537n, random(2), product);
    const highest = 2n ** 1024n / product;
    const k = highest - (random(16) % (highest / 8n)) - 1n;
    const candidate = k * product + power;
    if (checkPrimeSync(candidate)) return candidate;
  }
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number += 1) {
    if (primes.every((each) => number % each !== 0)) primes.push(number);
  }
  return primes;
}

/** Moduli of 2048 bits that are none of a sound RSA key, each made anew, and what a message says of them. */
export const WEAK_MODULI: readonly (readonly [string, () => bigint, string])[] = [
  ['an even number', (): bigint => 254n * prime(1020) * prime(1020), 'is even'],
  ['a multiple of 3', (): bigint => 255n * prime(1020) * prime(1020), 'is divisible by 3'],
  ['a multiple of 251', (): bigint => 251n * prime(1020) * prime(1020), 'is divisible by 251'],
  ['a multiple of 65521', (): bigint => 65521n * prime(1016) ** 2n, 'is divisible by 65521'],
  ['a prime', (): bigint => prime(2048), 'is a prime number and not a product of two'],
  ...[2, 3, 5, 7, 11, 31, 61, 127].map(
    (degree) =>
      [
        `a prime to the power of ${degree}`,
        (): bigint => power(degree),
        `is another number to the power of ${degree}`,
      ] as const,
  ),
  ['a product of neighbouring primes', (): bigint => closePrimes(2n), 'too close to each other'],
  ['a product of close primes', (): bigint => closePrimes(2n ** 510n), 'too close to each other'],
  [
    "Infineon's form for 2048 bits",
    (): bigint => rocaPrime(126) * rocaPrime(126),
    'CVE-2017-15361',
  ],
  ["Infineon's form for 512 bits", (): bigint => rocaPrime(39) * rocaPrime(39), 'CVE-2017-15361'],
];

/** An RSA public key as a JWK. */
export function jwkOf(modulus: bigint, exponent = 65537n): string {
  const member = (number: bigint) => {
    const digits = number.toString(16);
    return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString(
      'base64url',
    );
  };
  return JSON.stringify({ kty: 'RSA', n: member(modulus), e: member(exponent) });
}
