import { createHash } from 'node:crypto';
import { readArmor } from './armor.ts';
import type { Certificate } from './certificate.ts';
import { readCertificate } from './certificate.ts';
import { readKeySignature } from './key-signature.ts';
import { certifiedTypeOf } from './key-types.ts';
import type { PublicKey } from './public-key.ts';
import { readPublicKey } from './public-key.ts';
import { quoted, refuse } from './refusal.ts';
import { wireReader, wireString } from './wire.ts';

const MAGIC = 'SSHSIG';
const VERSION = 1;

/** Who signed, as the signature says. */
export interface Signer {
  readonly key: PublicKey;
  readonly certificate?: Certificate;
  /** That a hardware key asked for a PIN or a fingerprint. */
  readonly isUserVerified: boolean;
}

/** A signature that `ssh-keygen -Y sign` wrote. */
export interface SshSignature {
  readonly signer: Signer;
  readonly isOver: (message: string) => boolean;
}

/**
 * Reads a signature in its armor (PROTOCOL.sshsig), which must be for one namespace. The reserved field, which
 * ssh-keygen ignores, must be empty, and the version, of which it takes 0 too, must be 1.
 */
export function readSshSignature(file: Buffer, namespace: string): SshSignature {
  const reader = wireReader(readArmor(file), 'the signature');
  if (reader.bytes(MAGIC.length).toString('latin1') !== MAGIC) refuse('is no SSH signature');
  const version = reader.uint32();
  if (version !== VERSION) refuse(`is of version ${version}, not ${VERSION}`);
  const keyBlob = reader.string();
  const itsNamespace = reader.text();
  if (itsNamespace !== namespace)
    refuse(`is for the namespace ${quoted(itsNamespace)}, not ${namespace}`);
  if (reader.string().length > 0) refuse('has a reserved field that is not empty');
  const hash = reader.text();
  if (hash !== 'sha256' && hash !== 'sha512')
    refuse(`is over a hash by ${quoted(hash)}, not sha256 or sha512`);
  const signatureBlob = reader.string();
  reader.end();
  const by = readSigner(keyBlob);
  const { isOver, isUserVerified } = readKeySignature(by.key, signatureBlob);
  return {
    signer: { ...by, isUserVerified },
    isOver: (message) => isOver(signedData(namespace, hash, message)),
  };
}

function readSigner(blob: Buffer): Omit<Signer, 'isUserVerified'> {
  const certified = certifiedTypeOf(wireReader(blob, 'the public key').text());
  return certified === undefined ? { key: readPublicKey(blob) } : readCertificate(blob, certified);
}

/** What the key signs in place of the message (PROTOCOL.sshsig §3). */
function signedData(namespace: string, hash: string, message: string): Buffer {
  const digest = createHash(hash).update(message, 'utf8').digest();
  const fields = [namespace, '', hash, digest].map(wireString);
  return Buffer.concat([Buffer.from(MAGIC, 'latin1'), ...fields]);
}
