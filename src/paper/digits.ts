const SHA256_DIGITS = /^(?:sha256:)?([0-9a-f]{64})$/;

/**
 * The 64 hexadecimal digits of a SHA-256, in lower case, however they are grouped and whether or not `SHA256:` stands
 * before them; undefined for anything else.
 */
export function sha256Digits(text: string): string | undefined {
  return SHA256_DIGITS.exec(text.toLowerCase().replaceAll(/[\s-]/g, ''))?.[1];
}
