import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createHash, createPublicKey } from 'node:crypto';
import { unsignedInteger } from '../../base/bytes/bytes.ts';
import type { KeyType } from './key-types.ts';
import { keyTypeOf } from './key-types.ts';
import { quoted, refuse } from './refusal.ts';
import type { WireReader } from './wire.ts';
import { wireReader, wireString } from './wire.ts';

/** A public key of OpenSSH. */
export interface PublicKey {
  readonly type: KeyType;
  readonly key: KeyObject;
  /** Of a hardware key (FIDO): the application that the key is for, mostly `ssh:`. */
  readonly application: Buffer | undefined;
  /** As SSH sends it: what makes two keys the same. */
  readonly blob: Buffer;
  /** `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/**
 * Reads a public key as SSH sends it: RFC 4253 §6.6 (RSA), RFC 5656 §3.1 (ECDSA), RFC 8709 §4 (Ed25519), OpenSSH's
 * PROTOCOL.u2f (hardware keys). A certificate is refused.
 */
export function readPublicKey(blob: Buffer): PublicKey {
  const reader = wireReader(blob, 'the public key');
  const name = reader.text();
  const type = keyTypeOf(name);
  if (type === undefined)
    return refuse(`is by a key of the type ${quoted(name)}, which is unknown`);
  const key = readKeyFields(type, reader);
  reader.end();
  return key;
}

/** Reads the fields of a key, which are the same in a key and in its certificate. */
export function readKeyFields(type: KeyType, reader: WireReader): PublicKey {
  const fields: Buffer[] = [];
  const field = (): Buffer => {
    const bytes = reader.string();
    fields.push(wireString(bytes));
    return bytes;
  };
  const key = importKey(jwkOf(type, field));
  const application = type.isHardware ? field() : undefined;
  const blob = Buffer.concat([wireString(type.name), ...fields]);
  const fingerprint = createHash('sha256').update(blob).digest('base64').replaceAll('=', '');
  return { type, key, application, blob, fingerprint: `SHA256:${fingerprint}` };
}

function importKey(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return refuse('is malformed: the public key is none');
  }
}

function jwkOf(type: KeyType, field: () => Buffer): JsonWebKey {
  if (type.family === 'rsa') return rsaJwk(mpintOf(field()), mpintOf(field()));
  if (type.family === 'ecdsa') return ecJwk(type, field().toString('latin1'), field());
  const x = field();
  if (x.length !== 32) refuse('is malformed: the Ed25519 key is not of 32 bytes');
  return { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') };
}

const mpintOf = (bytes: Buffer): Buffer => wireReader(wireString(bytes), 'the public key').mpint();

const LARGEST_MODULUS = 16_384 / 8;

function rsaJwk(e: Buffer, n: Buffer): JsonWebKey {
  if (n.length > LARGEST_MODULUS || e.length > n.length)
    refuse('is by an RSA key with a number that is too large');
  if (unsignedInteger(e) < 3n || unsignedInteger(e) % 2n === 0n || unsignedInteger(n) % 2n === 0n)
    refuse('is by an RSA key that is none: its modulus is even, or its exponent even or 1');
  return { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') };
}

const UNCOMPRESSED = 4;

function ecJwk(
  { curve }: Extract<KeyType, { readonly family: 'ecdsa' }>,
  name: string,
  point: Buffer,
): JsonWebKey {
  if (name !== curve.name) refuse('is malformed: the public key is of another curve than its type');
  if (point[0] !== UNCOMPRESSED || point.length !== 1 + 2 * curve.bytes)
    refuse('is malformed: the public key is no uncompressed point of its curve');
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  return { kty: 'EC', crv: curve.jwk, x: x.toString('base64url'), y: y.toString('base64url') };
}
