import { primesUpTo } from './numbers.ts';

const GENERATOR = 65537;
const PRIMES = primesUpTo(167).slice(1);

/** For each prime, the powers of the generator modulo it. */
const POWERS = PRIMES.map((prime) => {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * GENERATOR) % prime) powers.add(power);
  return { prime: BigInt(prime), powers };
});

/**
 * Whether a modulus has the form of those that Infineon's chips made until 2017 (CVE-2017-15361, "ROCA"): each
 * prime factor is k·M + (65537^a mod M), where M is a product of the first primes, so that the modulus is a power
 * of 65537 modulo each of them. Such a modulus of 2048 bits can be factored.
 *
 * This is the fingerprint that its finders published (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017,
 * §4.1): the primes up to 167, of which 17 tell. Of moduli made otherwise it takes 1 in 2^27.8 for such a one.
 */
export function hasRocaForm(modulus: bigint): boolean {
  return POWERS.every(({ prime, powers }) => powers.has(Number(modulus % prime)));
}
