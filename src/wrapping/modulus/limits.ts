/** The longest RSA modulus that is worked with, in bits: OpenSSL's own limit. */
export const MAX_MODULUS_BITS = 16_384;

/** Public exponents are below this (FIPS 186-5 §5.4). Nothing is computed with a larger one. */
export const EXPONENT_LIMIT = 2n ** 256n;
