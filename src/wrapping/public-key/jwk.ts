import type { JsonWebKey } from 'node:crypto';
import { isJsonObject } from '../../base/json.ts';

/** The members that make up a public key, by key type (RFC 7518 §6, RFC 8037 §2). */
const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const VALUE = /^[A-Za-z0-9_-]+$/;

/** Whether a JSON value is a JWK with secret members: of a key pair's private half, or a symmetric key. */
export function isJwkPrivate(value: unknown): boolean {
  if (!isJsonObject(value) || typeof value['kty'] !== 'string') return false;
  return PRIVATE_MEMBERS.some((name) => Object.hasOwn(value, name));
}

/**
 * Takes only the public members out of a JWK (RFC 7517). Each must be base64url without padding;
 * Node's own reader skips what is not.
 *
 * @returns undefined if the value is not a JWK of a public key
 */
export function jwkMembers(value: unknown): JsonWebKey | undefined {
  if (!isJsonObject(value)) return undefined;
  const kty = value['kty'];
  if (typeof kty !== 'string' || !Object.hasOwn(PUBLIC_MEMBERS, kty)) return undefined;
  const members: [string, string][] = [['kty', kty]];
  for (const name of PUBLIC_MEMBERS[kty] ?? []) {
    const member = value[name];
    if (typeof member !== 'string' || !VALUE.test(member)) return undefined;
    members.push([name, member]);
  }
  return Object.fromEntries(members);
}
