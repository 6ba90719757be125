/* The field of AES, GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, written without tables: a second pair of eyes on the
   library. FIPS 197, section 4.2. */

export function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0, term = a; bit < 8; bit += 1) {
    if ((b >> bit) & 1) product ^= term;
    term = (term << 1) ^ (term & 0x80 ? 0x11b : 0);
  }
  return product;
}

/** The inverse is the 254th power. */
function invert(a: number): number {
  let power = 1;
  for (let count = 0; count < 254; count += 1) power = multiply(power, a);
  return power;
}

/** The value at 0 of the polynomial through the points `[x, y]`. */
export function interpolateAtZero(points: readonly (readonly [number, number])[]): number {
  let sum = 0;
  for (const [x, y] of points) {
    let term = y;
    for (const [other] of points) {
      if (other !== x) term = multiply(term, multiply(other, invert(other ^ x)));
    }
    sum ^= term;
  }
  return sum;
}
