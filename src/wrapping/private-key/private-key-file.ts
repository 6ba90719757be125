import { createPrivateKey } from 'node:crypto';
import type { KmsxError } from '../../base/error.ts';
import { kmsxError } from '../../base/error.ts';
import { parseJson } from '../../base/json.ts';
import { textHints } from '../../base/text/text.ts';
import type { KeyStructure } from '../der.ts';
import { PRIVATE_STRUCTURES, readDer, readDerChildren, recogniseKey } from '../der.ts';
import { isJwkPrivate, jwkMembers } from '../public-key/jwk.ts';
import type { KeyFile } from '../key-file.ts';
import { openKeyFile } from '../key-file.ts';
import type { PemBlock } from '../pem.ts';
import { decodePemBody, isLegacyEncrypted } from '../pem.ts';
import type { SealedKey } from './sealed-key.ts';
import { openEncryptedKey } from './sealed-key.ts';

/** What a private key was read from: its structure and how that was written down. */
export type PrivateKeyForm =
  | `${'pkcs8' | 'pkcs1' | 'sec1' | 'encrypted-pkcs8'}-${'pem' | 'der'}`
  | 'legacy-encrypted-pem'
  | 'pkcs12';

/** The one private key of a file, found and not yet opened. */
export interface LocatedPrivateKey {
  readonly form: PrivateKeyForm;
  /** Whether `open` needs a passphrase. */
  readonly encrypted: boolean;
  /**
   * Judges how the key is encrypted, before a passphrase is asked for.
   *
   * @throws KmsxError; EncryptionRefusal; anything else for a damaged file
   */
  read(): Promise<SealedKey>;
  /** Overwrites the copies of the key that were made to find it. */
  dispose(): void;
}

/** What GnuTLS and others write around PKCS#12: `PKCS12`, `PKCS #12`, `PFX`. */
const PKCS12_LABEL = /^(?:PKCS ?#?12|PFX)$/;

/* Object identifiers in DER, as a PKCS#12 file has them. */
const SHROUDED_KEY_BAG = Buffer.from('060b2a864886f70d010c0a0102', 'hex');
const ENCRYPTED_DATA = Buffer.from('06092a864886f70d010706', 'hex');

/**
 * Finds the one private key of a file by its content, without opening it. In PEM, text and blocks without a
 * private key may surround it; what follows the last block must be blank.
 *
 * @param label - what the file is called in errors
 * @throws KmsxError `privkey-is-public`, `privkey-several`, `privkey-trailing-bytes`, `privkey-malformed`,
 * `privkey-unsupported`, `input-empty`, and for JSON `json-malformed`, `json-name-twice`
 */
export function locatePrivateKey(bytes: Uint8Array, label: string): LocatedPrivateKey {
  const file = openKeyFile(bytes);
  switch (file.kind) {
    case 'pem':
      return locateInPem(file, label);
    case 'der':
      if (!PRIVATE_STRUCTURES.has(file.structure)) throw isPublic(label);
      if (file.hasTrailingBytes) throw trailingBytes(label);
      return locateStructure(file.structure, file.der, 'der', label);
    case 'base64':
      if (!PRIVATE_STRUCTURES.has(file.structure)) throw isPublic(label);
      file.der.fill(0);
      throw kmsxError(
        'privkey-malformed',
        `${label} is base64 without PEM armour; private keys are read as PEM, DER or PKCS#12`,
        { details: { label } },
      );
    case 'json':
      throw jsonRefusal(file.text, label);
    case 'openssh-public':
      throw isPublic(label);
    case 'empty':
      throw kmsxError('input-empty', `${label} is empty`);
    case 'no-text':
      throw kmsxError('privkey-malformed', `${label} ${file.flaw.words}`, {
        details: { label },
        hints: textHints(file.flaw, label),
      });
    case 'broken-pem':
      throw kmsxError(
        'privkey-malformed',
        `${label} holds a PEM block that is broken or cut short`,
        { details: { label } },
      );
    case 'unknown':
      throw kmsxError('privkey-malformed', `${label} holds no private key as PEM, DER or PKCS#12`, {
        details: { label },
      });
  }
}

function locateInPem(file: KeyFile & { kind: 'pem' }, label: string): LocatedPrivateKey {
  const [block, ...others] = file.blocks.filter(
    (each) => each.label.includes('PRIVATE KEY') || PKCS12_LABEL.test(each.label),
  );
  if (block === undefined) throw withoutPrivateBlock(file.blocks[0], label);
  if (others.length > 0) {
    throw kmsxError('privkey-several', `${label} holds ${others.length + 1} private keys`);
  }
  if (file.hasTrailingBytes) throw trailingBytes(label);
  if (block.label.startsWith('OPENSSH ')) {
    throw kmsxError('privkey-unsupported', `${label} holds a private key in OpenSSH's own format`, {
      details: { keyType: 'openssh' },
      hints: ['in a copy of it: ssh-keygen -p -m PKCS8 -f COPY'],
    });
  }
  return isLegacyEncrypted(block) ? legacyEncrypted(block) : locateInBlock(block, label);
}

function locateInBlock(block: PemBlock, label: string): LocatedPrivateKey {
  const body = decodePemBody(block);
  const found = body === undefined ? undefined : recogniseKey(body);
  try {
    if (body === undefined || found === undefined || !PRIVATE_STRUCTURES.has(found.structure)) {
      const reason = `holds a PEM block "${block.label}", which is not a whole private key`;
      throw kmsxError('privkey-malformed', `${label} ${reason}`, { details: { label } });
    }
    if (found.der.length < body.length) throw trailingBytes(label);
    const located = locateStructure(found.structure, found.der, 'pem', label);
    return { ...located, dispose: () => body.fill(0) };
  } catch (error) {
    body?.fill(0);
    throw error;
  }
}

function locateStructure(
  structure: KeyStructure,
  der: Buffer,
  armour: 'pem' | 'der',
  label: string,
): LocatedPrivateKey {
  const dispose = () => undefined;
  switch (structure) {
    case 'pkcs8':
    case 'pkcs1':
    case 'sec1': {
      const open = () => createPrivateKey({ key: der, format: 'der', type: structure });
      const read = () => Promise.resolve({ open, dispose });
      return { form: `${structure}-${armour}`, encrypted: false, read, dispose };
    }
    case 'encrypted-pkcs8': {
      const read = async () => {
        const { readEncryptedKey } = await import('./encryption.ts');
        return { open: openEncryptedKey(readEncryptedKey(der)), dispose };
      };
      return { form: `encrypted-pkcs8-${armour}`, encrypted: true, read, dispose };
    }
    case 'pkcs12': {
      const read = async () => {
        const { readPkcs12 } = await import('./pkcs12.ts');
        return readPkcs12(der, label);
      };
      return { form: 'pkcs12', encrypted: isPkcs12Sealed(der), read, dispose };
    }
    case 'dsa-private':
      throw kmsxError('privkey-unsupported', `${label} holds a DSA private key`, {
        details: { keyType: 'dsa' },
      });
    case 'spki':
    case 'pkcs1-public':
    case 'certificate':
      throw isPublic(label);
  }
}

/** Whether a PKCS#12 file needs a passphrase: to verify its MAC, or to decrypt any of its parts. */
function isPkcs12Sealed(pfx: Buffer): boolean {
  const outer = readDer(pfx);
  const parts = outer === undefined ? undefined : readDerChildren(outer.content);
  const hasMac = parts?.length !== 2;
  return hasMac || pfx.includes(SHROUDED_KEY_BAG) || pfx.includes(ENCRYPTED_DATA);
}

function legacyEncrypted(block: PemBlock): LocatedPrivateKey {
  const dispose = () => undefined;
  const read = async () => {
    const { readLegacyPem } = await import('./legacy-pem.ts');
    return { open: readLegacyPem(block), dispose };
  };
  return { form: 'legacy-encrypted-pem', encrypted: true, read, dispose };
}

function withoutPrivateBlock(block: PemBlock, label: string): KmsxError {
  const holdsPublic = /PUBLIC KEY|CERTIFICATE/.test(block.label);
  if (holdsPublic) return isPublic(label);
  return kmsxError(
    'privkey-malformed',
    `${label} holds a PEM block "${block.label}", which is not a private key`,
    { details: { label } },
  );
}

function jsonRefusal(text: string, label: string): KmsxError {
  const value = parseJson(text, label);
  if (isJwkPrivate(value)) {
    return kmsxError(
      'privkey-unsupported',
      `${label} is a JWK; private keys are read as PEM or DER`,
      { details: { keyType: 'jwk' }, hints: ['write it as PKCS#8 PEM with the tool that made it'] },
    );
  }
  if (jwkMembers(value) !== undefined) return isPublic(label);
  return kmsxError('privkey-malformed', `${label} is JSON, and not a private key`, {
    details: { label },
  });
}

function isPublic(label: string): KmsxError {
  return kmsxError(
    'privkey-is-public',
    `${label} holds a public key; --privkey takes the private half`,
  );
}

function trailingBytes(label: string): KmsxError {
  return kmsxError('privkey-trailing-bytes', `${label} has more bytes after its private key`, {
    details: { label },
  });
}
