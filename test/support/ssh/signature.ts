/* SSH signatures as `ssh-keygen -Y sign` makes them, and as it never would. */
import { createHash } from 'node:crypto';
import type { Signing, SshKey } from './keys.ts';
import { str, uint32 } from './wire.ts';

/** What a signature may say in place of what is usual. */
export interface Made extends Signing {
  readonly namespace?: string;
  readonly hash?: string;
  readonly version?: number;
  /** What stands in the reserved field of the file; what is signed has it empty, as OpenSSH verifies it. */
  readonly reserved?: string;
  /** In place of the public key: a certificate. */
  readonly publicBlob?: Buffer;
  /** In place of what the key signs: the form of its type. */
  readonly keySignature?: Buffer;
  readonly after?: Buffer;
}

/** The blob of a signature over a message (PROTOCOL.sshsig). */
export function signatureBlob(key: SshKey, message: string, made: Made = {}): Buffer {
  const { namespace = 'kmsx-record', hash = 'sha512' } = made;
  const digest = createHash(hash).update(message).digest();
  const signed = [Buffer.from('SSHSIG'), str(namespace), str(''), str(hash), str(digest)];
  return Buffer.concat([
    Buffer.from('SSHSIG'),
    uint32(made.version ?? 1),
    str(made.publicBlob ?? key.publicBlob),
    str(namespace),
    str(made.reserved ?? ''),
    str(hash),
    str(made.keySignature ?? key.sign(Buffer.concat(signed), made)),
    made.after ?? Buffer.alloc(0),
  ]);
}

/** A blob in the armor of a file. */
export function armored(blob: Buffer): Buffer {
  const lines = blob.toString('base64').replaceAll(/.{70}/g, '$&\n').trimEnd();
  return Buffer.from(`-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`);
}

export const signatureFile = (key: SshKey, message: string, made?: Made): Buffer =>
  armored(signatureBlob(key, message, made));
