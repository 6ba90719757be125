import { PRIVATE_STRUCTURES } from '../../wrapping/der.ts';
import type { KeyStructure } from '../../wrapping/der.ts';
import { openKeyFile } from '../../wrapping/key-file.ts';
import { isText, isTextWithNul } from './encodings.ts';
import { magicKind } from './magic.ts';
import type { Dress } from './undress.ts';
import { undress } from './undress.ts';

/** A CiphertextBlob has a key version, an IV and a tag beside the data key; SM2PKE and RSA make longer exports. */
export const SHORTEST_CIPHERTEXT_BYTES = 65;

/** What a value is, apart from how it is written down. */
export type Kind =
  | 'private key'
  | 'PKCS#12 file'
  | 'Java key store'
  | 'compressed file'
  | 'public key'
  | 'certificate'
  /** Another PEM file: a request, a CRL, an encrypted message. */
  | 'PEM file'
  | 'JSON'
  | 'text'
  /** Bytes that are fewer than any ciphertext has. */
  | 'short value'
  /** Bytes that nothing is known of: a CiphertextBlob, an ExportedDataKey, anything. */
  | 'opaque'
  | 'nothing';

/** What a value is and how it is written down. */
export interface Recognised {
  readonly dress: readonly Dress[];
  readonly kind: Kind;
  /** The length of the value itself in bytes. */
  readonly length: number;
}

/**
 * Says what a value is, seeing through what it is written in. Bytes are anything but `opaque` only where that is
 * certain: a CiphertextBlob is opaque, and must never be taken for something else.
 */
export function recognise(bytes: Uint8Array): Recognised {
  const { dress, inside, dispose } = undress(bytes);
  try {
    return { dress, kind: kindOf(inside), length: inside.length };
  } finally {
    dispose();
  }
}

/** Whether a value is written as a bare ciphertext is, and may be one. */
export function mayBeCiphertext({ dress, kind }: Recognised): boolean {
  return kind === 'opaque' && dress.length === 1 && dress[0] === 'base64';
}

function kindOf(inside: Buffer): Kind {
  if (inside.length === 0) return 'nothing';
  const magic = magicKind(inside);
  if (magic !== undefined) return magic;
  const file = openKeyFile(inside);
  switch (file.kind) {
    case 'empty':
      return 'nothing';
    case 'pem':
      return kindOfPem(file.blocks.map(({ label }) => label).join(' '));
    case 'broken-pem':
      return kindOfPem(inside.includes('PRIVATE KEY-----') ? 'PRIVATE KEY' : '');
    case 'der':
    case 'base64': {
      const kind = kindOfDer(file.structure, file.der);
      if (file.kind === 'base64') file.der.fill(0);
      if (kind !== undefined) return kind;
      break;
    }
    case 'json':
      return isText(inside) ? 'JSON' : kindOfBytes(inside);
    case 'openssh-public':
      return 'public key';
    default:
  }
  return kindOfBytes(inside);
}

function kindOfBytes(inside: Buffer): Kind {
  if (inside.includes(PEM_END)) return 'private key';
  if (isText(inside)) return PUTTY.test(inside.toString('latin1', 0, 24)) ? 'private key' : 'text';
  if (inside.length < SHORTEST_CIPHERTEXT_BYTES) return 'short value';
  return isTextWithNul(inside) ? 'text' : 'opaque';
}

/** No ciphertext has it by chance, wherever it stands. */
const PEM_END = 'PRIVATE KEY-----';
const PUTTY = /^PuTTY-User-Key-File-\d/;

function kindOfPem(labels: string): Kind {
  if (labels.includes('PRIVATE KEY')) return 'private key';
  if (labels.includes('PUBLIC KEY')) return 'public key';
  return /CERTIFICATE(?! REQUEST)/.test(labels) ? 'certificate' : 'PEM file';
}

/**
 * The beginnings of the object identifiers that keys have: of RSA and PKCS, of elliptic curves, of SM2, of DSA, and of
 * Ed25519 and its kin.
 */
const KEY_ALGORITHMS = ['2a864886f70d01', '2a8648ce3d', '2a811ccf55', '2a8648ce38', '06032b65'].map(
  (hex) => Buffer.from(hex, 'hex'),
);

/** Structures whose parts alone tell them: nothing else has so many numbers. */
const CERTAIN: readonly KeyStructure[] = ['pkcs1', 'pkcs1-public', 'dsa-private'];

/** The tags alone may be those of a ciphertext in DER: a key names its algorithm too. */
function kindOfDer(structure: KeyStructure, der: Buffer): Kind | undefined {
  const isCertain =
    CERTAIN.includes(structure) || KEY_ALGORITHMS.some((algorithm) => der.includes(algorithm));
  if (!isCertain) return undefined;
  if (structure === 'pkcs12') return 'PKCS#12 file';
  if (PRIVATE_STRUCTURES.has(structure)) return 'private key';
  return structure === 'certificate' ? 'certificate' : 'public key';
}
