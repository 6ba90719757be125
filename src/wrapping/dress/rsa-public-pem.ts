import { createPublicKey } from 'node:crypto';

/**
 * Writes an RSA public key, whose numbers another program's form has, as SPKI PEM.
 *
 * @param numbers - big-endian, with leading zeros or without
 * @returns undefined if OpenSSL takes them for no key
 */
export function rsaPublicPem({
  n,
  e,
}: {
  readonly n: Buffer;
  readonly e: Buffer;
}): Buffer | undefined {
  const member = (number: Buffer): string =>
    number
      .subarray(
        Math.max(
          0,
          number.findIndex((byte) => byte !== 0),
        ),
      )
      .toString('base64url');
  try {
    const key = { kty: 'RSA', n: member(n), e: member(e) };
    return Buffer.from(
      createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }),
    );
  } catch {
    return undefined;
  }
}
