import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPublicKey, X509Certificate } from 'node:crypto';
import type { KmsxError } from '../../base/error.ts';
import { hasCode, kmsxError } from '../../base/error.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { textHints } from '../../base/text/text.ts';
import type { KeyStructure } from '../der.ts';
import { PRIVATE_STRUCTURES, recogniseKey } from '../der.ts';
import type { KeyFile } from '../key-file.ts';
import { openKeyFile } from '../key-file.ts';
import type { KeyFacts } from '../key-facts.ts';
import { hasBytesAfterRsaKey, keyFacts } from '../key-facts.ts';
import { isImportAnswer } from '../dress/json-layers.ts';
import { explainForm } from './explain-form.ts';
import type { CertificateFacts } from '../purpose/certificate.ts';
import { certificateFacts, certificatePurpose } from '../purpose/certificate.ts';
import { jwkPurpose } from '../purpose/jwk-purpose.ts';
import type { KeyPurpose } from '../purpose/purpose.ts';
import { chainRefusal } from './chain-refusal.ts';
import { isJwkPrivate, jwkMembers } from './jwk.ts';
import { decodePemBody } from '../pem.ts';
import { requireWrappingKey } from './wrapping-public-key.ts';

type PublicStructure = 'spki' | 'pkcs1' | 'certificate';

/** What a public key was read from: its structure and how that was written down. */
export type PublicKeyForm = `${PublicStructure}-${'pem' | 'der' | 'base64'}` | 'jwk';

export interface PublicKeyFacts extends KeyFacts {
  readonly form: PublicKeyForm;
  readonly purpose: KeyPurpose;
  /** What the certificate that holds the key says of itself. */
  readonly certificate?: CertificateFacts;
}

const FORMS = 'PEM, DER, X.509 certificate, JWK or base64 of DER';

/**
 * Reads the one public key of a file: SPKI, PKCS#1 or an X.509 certificate, as PEM, as DER or as base64 of
 * DER, or a JWK (RFC 7517; also a set of one). The form is found by content. A byte order mark, CRLF and text
 * before a PEM block are fine; after the key only blanks may follow (after binary DER nothing), not even a
 * comment: another reader might take what hides there for the key. A key in any other form is refused with the command
 * that makes one of these of it.
 *
 * Node's own reader is not asked before these checks: it takes a private key, the first of two blocks, and DER
 * with bytes after it.
 *
 * @param label - what the file is called in errors
 * @throws KmsxError `pubkey-is-private`, `pubkey-several`, `pubkey-trailing-bytes`, `pubkey-malformed`,
 * `pubkey-unsupported`, `input-empty`, and for a JWK `json-malformed`, `json-name-twice`
 */
export function readPublicKey(bytes: Uint8Array, label: string): PublicKeyFacts {
  try {
    return readAsItIs(bytes, label);
  } catch (error) {
    if (!hasCode(error, ...MAY_BE_DRESSED)) throw error;
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    throw explainForm(file, label, error, (inner) => {
      const facts = readAsItIs(inner, label);
      requireWrappingKey(facts, label);
      return facts;
    });
  }
}

/** Errors of a file that may hold a key in a form that is not read. */
const MAY_BE_DRESSED = [
  'pubkey-malformed',
  'pubkey-is-private',
  'pubkey-several',
  'pubkey-trailing-bytes',
  'pubkey-unsupported',
  'json-malformed',
] as const;

function readAsItIs(bytes: Uint8Array, label: string): PublicKeyFacts {
  const file = openKeyFile(bytes);
  switch (file.kind) {
    case 'pem':
      return readPemKey(file, label);
    case 'der':
    case 'base64':
      return readStructure(file.structure, file.der, file.hasTrailingBytes, file.kind, label);
    case 'json':
      return readJwk(file.text, label);
    case 'openssh-public':
      throw kmsxError('pubkey-unsupported', `${label} holds an OpenSSH public key`, {
        details: { keyType: 'openssh' },
      });
    case 'empty':
      throw kmsxError('input-empty', `${label} is empty`);
    case 'no-text':
      throw kmsxError('pubkey-malformed', `${label} ${file.flaw.words}`, {
        details: { label },
        hints: textHints(file.flaw, label),
      });
    case 'broken-pem':
      throw kmsxError(
        'pubkey-malformed',
        `${label} holds a PEM block that is broken or cut short`,
        { details: { label } },
      );
    case 'unknown':
      throw kmsxError('pubkey-malformed', `${label} holds no public key as ${FORMS}`, {
        details: { label },
      });
  }
}

function readPemKey(file: KeyFile & { kind: 'pem' }, label: string): PublicKeyFacts {
  const [block, ...others] = file.blocks;
  if (file.blocks.some((each) => each.label.includes('PRIVATE KEY'))) throw isPrivate(label);
  if (others.length > 0) {
    const chain = chainRefusal(file.blocks, label, (certificate, itsLabel) => {
      requireWrappingKey(
        readStructure('certificate', certificate, false, 'pem', itsLabel),
        itsLabel,
      );
    });
    if (chain !== undefined) throw chain;
    const count = file.blocks.length;
    throw kmsxError('pubkey-several', `${label} holds ${count} PEM blocks where one key belongs`);
  }
  const isTrusted = block.label.startsWith('TRUSTED ');
  const body = isTrusted ? undefined : decodePemBody(block);
  const found = body === undefined ? undefined : recogniseKey(body);
  if (body === undefined || found === undefined) {
    throw kmsxError(
      'pubkey-malformed',
      `${label} holds a PEM block "${block.label}", which is not a whole public key`,
      { details: { label } },
    );
  }
  const hasTrailingBytes = file.hasTrailingBytes || found.der.length < body.length;
  return readStructure(found.structure, found.der, hasTrailingBytes, 'pem', label);
}

function readStructure(
  structure: KeyStructure,
  der: Buffer,
  hasTrailingBytes: boolean,
  armour: 'pem' | 'der' | 'base64',
  label: string,
): PublicKeyFacts {
  if (PRIVATE_STRUCTURES.has(structure)) throw isPrivate(label);
  if (hasTrailingBytes) {
    throw kmsxError('pubkey-trailing-bytes', `${label} has more bytes after its public key`, {
      details: { label },
    });
  }
  if (
    (structure === 'spki' || structure === 'certificate') &&
    hasBytesAfterRsaKey(der, structure)
  ) {
    throw kmsxError(
      'pubkey-trailing-bytes',
      `${label} has more bytes inside, after its RSA public key`,
      { details: { label } },
    );
  }
  if (structure === 'certificate') {
    const form = `certificate-${armour}` as const;
    return attempt(label, () => {
      const read = new X509Certificate(der);
      const certificate = certificateFacts(read);
      const purpose = certificatePurpose(certificate);
      return { form, purpose, certificate, ...keyFacts(read.publicKey) };
    });
  }
  const type = structure === 'spki' ? 'spki' : 'pkcs1';
  const facts = attempt(label, () => keyFacts(createPublicKey({ key: der, format: 'der', type })));
  return { form: `${type}-${armour}`, purpose: {}, ...facts };
}

function readJwk(text: string, label: string): PublicKeyFacts {
  const value = parseJson(text, label);
  if (isImportAnswer(value)) {
    const reason = 'is an answer of GetParametersForImport, whose key is for importing into KMS';
    throw kmsxError('pubkey-unsupported', `${label} ${reason}`, {
      hints: ['give the public key of the HSM or person that is to have the data key'],
    });
  }
  const keys = isJsonObject(value) && Array.isArray(value['keys']) ? value['keys'] : [value];
  if (keys.some(isJwkPrivate)) throw isPrivate(label);
  if (keys.length > 1) {
    throw kmsxError('pubkey-several', `${label} holds ${keys.length} keys where one belongs`);
  }
  const members = jwkMembers(keys[0]);
  if (members === undefined) {
    throw kmsxError('pubkey-malformed', `${label} is JSON, but not a JWK of a public key`, {
      details: { label },
    });
  }
  const purpose = isJsonObject(keys[0]) ? jwkPurpose(keys[0]) : {};
  return { form: 'jwk', purpose, ...attempt(label, () => keyFacts(publicKeyOfJwk(members))) };
}

function publicKeyOfJwk(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

/** Runs what OpenSSL may refuse; its own error says little and is kept as the cause. */
function attempt<T>(label: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const message = `${label} holds a public key that is damaged or of an unknown kind`;
    throw kmsxError('pubkey-malformed', message, { details: { label }, cause });
  }
}

function isPrivate(label: string): KmsxError {
  return kmsxError(
    'pubkey-is-private',
    `${label} holds a private key; --pubkey takes the public half`,
    { details: { label } },
  );
}
