/* Keys of every type of OpenSSH, and what they sign. */
import type { JsonWebKey, KeyObject } from 'node:crypto';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import { testKey } from '../wrapping/wrapping-keys.ts';
import { mpint, str, uint32 } from './wire.ts';

/** What a signature may say in place of what is usual. */
export interface Signing {
  readonly algorithm?: string;
  /** Of a hardware key: 1, user present; 4, user verified. */
  readonly flags?: number;
  /** What stands before r and s. */
  readonly leadingZeros?: number;
}

export interface SshKey {
  readonly type: string;
  /** The fields of the public key after its type. */
  readonly fields: Buffer;
  readonly publicBlob: Buffer;
  /** As it stands in `.pub`, without a comment. */
  readonly line: string;
  readonly sign: (data: Buffer, signing?: Signing) => Buffer;
}

const CURVES = {
  'ecdsa-sha2-nistp256': { jwk: 'P-256', name: 'nistp256', hash: 'sha256' },
  'ecdsa-sha2-nistp384': { jwk: 'P-384', name: 'nistp384', hash: 'sha384' },
  'ecdsa-sha2-nistp521': { jwk: 'P-521', name: 'nistp521', hash: 'sha512' },
} as const;

const APPLICATION = 'ssh:';
const RSA_HASHES = new Map([
  ['ssh-rsa', 'sha1'],
  ['rsa-sha2-256', 'sha256'],
]);

export const ed25519Key = (): SshKey =>
  ed25519Of(generateKeyPairSync('ed25519').privateKey, 'ssh-ed25519');

/** A hardware key. */
export function hardwareEd25519Key(application = APPLICATION): SshKey {
  const pair = generateKeyPairSync('ed25519');
  return inHardware(ed25519Of(pair.privateKey, 'sk-ssh-ed25519@openssh.com'), application);
}

/** A hardware key. */
export function hardwareEcdsaKey(application = APPLICATION): SshKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const plain = ecdsaOf(privateKey, 'ecdsa-sha2-nistp256', 'sk-ecdsa-sha2-nistp256@openssh.com');
  return inHardware(plain, application);
}

export function ecdsaKey(type: keyof typeof CURVES): SshKey {
  return ecdsaOf(generateKeyPairSync('ec', { namedCurve: CURVES[type].jwk }).privateKey, type);
}

/** @param name - a file of test/keys */
export const rsaKey = (name = 'rsa-2048-pkcs8.pem'): SshKey =>
  rsaOf(createPrivateKey(testKey(name)));

export const shortRsaKey = (): SshKey =>
  rsaOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey);

function publicJwk(key: KeyObject): (name: keyof JsonWebKey & string) => Buffer {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return (name) => Buffer.from(jwk[name] as string, 'base64url');
}

function sshKey(type: string, fields: Buffer, signer: SshKey['sign']): SshKey {
  const publicBlob = Buffer.concat([str(type), fields]);
  const line = `${type} ${publicBlob.toString('base64')}`;
  return { type, fields, publicBlob, line, sign: signer };
}

function ed25519Of(key: KeyObject, type: string): SshKey {
  return sshKey(type, str(publicJwk(key)('x')), (data, { algorithm = type } = {}) =>
    Buffer.concat([str(algorithm), str(sign(null, data, key))]),
  );
}

function ecdsaOf(key: KeyObject, on: keyof typeof CURVES, type: string = on): SshKey {
  const { name, hash } = CURVES[on];
  const part = publicJwk(key);
  const point = Buffer.concat([Buffer.from([4]), part('x'), part('y')]);
  return sshKey(type, Buffer.concat([str(name), str(point)]), (data, signing = {}) => {
    const both = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
    const half = both.length / 2;
    const r = mpint(both.subarray(0, half)).subarray(4);
    const zeros = Buffer.alloc(signing.leadingZeros ?? 0);
    const numbers = [str(Buffer.concat([zeros, r])), mpint(both.subarray(half))];
    return Buffer.concat([str(signing.algorithm ?? type), str(Buffer.concat(numbers))]);
  });
}

function rsaOf(key: KeyObject): SshKey {
  const part = publicJwk(key);
  const fields = Buffer.concat([mpint(part('e')), mpint(part('n'))]);
  return sshKey('ssh-rsa', fields, (data, { algorithm = 'rsa-sha2-512' } = {}) =>
    Buffer.concat([str(algorithm), str(sign(RSA_HASHES.get(algorithm) ?? 'sha512', data, key))]),
  );
}

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();

/** As a FIDO authenticator signs: the application, flags and a counter with the message (PROTOCOL.u2f). */
function inHardware(key: SshKey, application: string): SshKey {
  const fields = Buffer.concat([key.fields, str(application)]);
  return sshKey(key.type, fields, (data, signing = {}) => {
    const said = Buffer.concat([Buffer.from([signing.flags ?? 1]), uint32(7)]);
    const signed = Buffer.concat([sha256(application), said, sha256(data)]);
    return Buffer.concat([key.sign(signed, signing), said]);
  });
}
