import { X509Certificate } from 'node:crypto';
import { hasCode, KmsxError, kmsxError } from '../../base/error.ts';
import type { WrappingAlgorithm } from '../../wrapping/algorithms.ts';
import { WRAPPING_ALGORITHMS } from '../../wrapping/algorithms.ts';
import { PRIVATE_STRUCTURES } from '../../wrapping/der.ts';
import { isJwkPrivate, jwkMembers } from '../../wrapping/public-key/jwk.ts';
import type { KeyFacts } from '../../wrapping/key-facts.ts';
import type { KeyFile } from '../../wrapping/key-file.ts';
import { EXPONENT_LIMIT } from '../../wrapping/modulus/limits.ts';
import type { PemBlock } from '../../wrapping/pem.ts';
import { decodePemBody } from '../../wrapping/pem.ts';
import { describePrivateKey } from '../../wrapping/private-key/private-key.ts';
import type { PublicKeyFacts } from '../../wrapping/public-key/public-key.ts';
import { readPublicKey } from '../../wrapping/public-key/public-key.ts';
import { requireWrappingKey } from '../../wrapping/public-key/wrapping-public-key.ts';
import type { Facts } from './inspect-relations.ts';

/**
 * Says what a file of keys is. Of a private key only what its public half tells, and of an encrypted one only its
 * form: no passphrase is asked for.
 *
 * @param bytes - the file that `file` was opened from
 * @throws KmsxError those of `readPublicKey` and `describePrivateKey`, except for kinds of key that KMS or kmsx does
 * not accept: those become `NotUsable`
 */
export async function inspectKeyFile(file: KeyFile, bytes: Buffer, label: string): Promise<Facts> {
  if (file.kind === 'pem') {
    const isPrivate = file.blocks.some((block) => block.label.includes('PRIVATE KEY'));
    return isPrivate
      ? await inspectPrivateKey(bytes, label)
      : inspectPublicPem(file.blocks, file.hasTrailingBytes, bytes, label);
  }
  if (file.kind !== 'der' && file.kind !== 'base64') {
    return inspectPublicKey(bytes, undefined, label);
  }
  const { kind, structure, der } = file;
  if (!PRIVATE_STRUCTURES.has(structure)) {
    return inspectPublicKey(bytes, structure === 'certificate' ? der : undefined, label);
  }
  if (kind === 'der') return await inspectPrivateKey(bytes, label);
  try {
    return await inspectBareBase64(der, label);
  } finally {
    der.fill(0);
  }
}

/** A private key in base64 without armour, which kmsx does not read, and which is as secret as any. */
async function inspectBareBase64(der: Buffer, label: string): Promise<Facts> {
  const facts = await inspectPrivateKey(der, label);
  const form = typeof facts['Form'] === 'string' ? facts['Form'] : 'der';
  const NotUsable = `${label} is base64 without PEM armour; private keys are read as PEM, DER or PKCS#12`;
  return { ...facts, Form: `${form.replace(/-der$/, '')}-base64`, NotUsable };
}

async function inspectPrivateKey(bytes: Buffer, label: string): Promise<Facts> {
  try {
    const { form, encrypted, ...facts } = await describePrivateKey(bytes, label);
    const type = form === 'pkcs12' ? 'PKCS#12 file' : 'private key';
    return { Type: type, Form: form, Encrypted: encrypted, ...keyFields(facts) };
  } catch (error) {
    return notUsable('private key', error);
  }
}

function inspectPublicPem(
  blocks: readonly [PemBlock, ...PemBlock[]],
  hasTrailingBytes: boolean,
  bytes: Buffer,
  label: string,
): Facts {
  const isCertificates = blocks.every((block) => block.label.includes('CERTIFICATE'));
  if (!isCertificates || blocks.length === 1) {
    const certificate = isCertificates ? decodePemBody(blocks[0]) : undefined;
    return inspectPublicKey(bytes, certificate, label);
  }
  if (hasTrailingBytes) {
    throw kmsxError('pubkey-trailing-bytes', `${label} has more bytes after its certificates`, {
      details: { label },
    });
  }
  const certificates = blocks.map((block, index) =>
    inspectPublicKey(block.whole, decodePemBody(block), `${label}: certificate ${index + 1}`),
  );
  return {
    Type: 'certificates',
    Certificates: certificates.map(({ Type, ...facts }) => facts),
  };
}

/** @param certificate - the certificate in DER, if the key is in one */
function inspectPublicKey(bytes: Buffer, certificate: Buffer | undefined, label: string): Facts {
  let facts: PublicKeyFacts;
  try {
    facts = readPublicKey(bytes, label);
  } catch (error) {
    return notUsable('public key', error);
  }
  const isCertificate = facts.form.startsWith('certificate');
  return {
    Type: isCertificate ? 'certificate' : 'public key',
    Form: facts.form,
    ...keyFields(facts),
    ...(isCertificate && certificate !== undefined && certificateFields(certificate)),
    ...(facts.certificate !== undefined && {
      CertificateValidFrom: facts.certificate.notBefore.toISOString(),
      CertificateExpires: facts.certificate.notAfter.toISOString(),
    }),
    ...usability(facts, label),
  };
}

/** Says what a JWK (RFC 7517) is, or JSON of another program that holds a key; undefined if the value is neither. */
export function inspectJwk(
  value: Readonly<Record<string, unknown>>,
  bytes: Buffer,
  label: string,
): Facts | undefined {
  if (isJwkPrivate(value)) return inspectPrivateJwk(value, label);
  if (typeof value['kty'] === 'string' || Array.isArray(value['keys'])) {
    return inspectPublicKey(bytes, undefined, label);
  }
  return inspectKeyWithin(bytes, label);
}

/** Says what key the answer of a cloud has, which is read once it is taken out. */
function inspectKeyWithin(bytes: Buffer, label: string): Facts | undefined {
  try {
    return inspectPublicKey(bytes, undefined, label);
  } catch (error) {
    if (!hasCode(error, 'pubkey-malformed', 'pubkey-is-private', 'pubkey-several')) throw error;
    if (error.hints === undefined) return undefined;
    const Type = error.code === 'pubkey-is-private' ? 'private key' : 'public key';
    return { Type, Form: 'json', NotUsable: error.message };
  }
}

function inspectPrivateJwk(value: Readonly<Record<string, unknown>>, label: string): Facts {
  const NotUsable = `${label} is a JWK; private keys are read as PEM, DER or PKCS#12`;
  const members = jwkMembers(value);
  if (members === undefined) {
    const type = value['kty'] === 'oct' ? 'secret key' : 'private key';
    return { Type: type, Form: 'jwk', Encrypted: false, NotUsable };
  }
  const facts = readPublicKey(Buffer.from(JSON.stringify(members)), label);
  return { Type: 'private key', Form: 'jwk', Encrypted: false, ...keyFields(facts), NotUsable };
}

/** A key of a known but unsupported kind is described; anything else stays an error. */
function notUsable(type: string, error: unknown): Facts {
  if (!hasCode(error, 'pubkey-unsupported', 'privkey-unsupported')) throw error;
  const { keyType } = error.details;
  const name = keyType === 'openssh' ? 'Form' : 'KeyType';
  return {
    Type: type,
    ...(keyType !== undefined && { [name]: keyType }),
    NotUsable: error.message,
  };
}

/** Whether KMS takes the key, for which algorithms, and how many bytes each can carry. */
function usability(facts: PublicKeyFacts, label: string): Facts {
  try {
    const { keySpec, algorithm } = requireWrappingKey(facts, label);
    const algorithms = WRAPPING_ALGORITHMS.filter(
      (entry) => entry.keySpec === keySpec && (algorithm ?? entry.name) === entry.name,
    );
    return { WrappingKeySpec: keySpec, MaxDataKeyBytes: capacities(algorithms) };
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    return { NotUsable: error.message };
  }
}

function capacities(algorithms: readonly WrappingAlgorithm[]): Facts {
  return Object.fromEntries(algorithms.map(({ name, maxDataKeyBytes }) => [name, maxDataKeyBytes]));
}

function certificateFields(der: Buffer): Facts {
  const { subject, issuer, serialNumber } = new X509Certificate(der);
  return {
    CertificateSubject: onOneLine(subject),
    CertificateIssuer: onOneLine(issuer),
    CertificateSerialNumber: serialNumber.toLowerCase(),
  };
}

/** Node.js writes a name with one part on each line; some certificates have an empty one. */
function onOneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

function keyFields(facts: Partial<KeyFacts>): Facts {
  const { keyType, modulusBits, publicExponent, curve, fingerprint } = facts;
  return {
    ...(keyType !== undefined && { KeyType: keyType }),
    ...(modulusBits !== undefined && { ModulusBits: modulusBits }),
    ...(publicExponent !== undefined &&
      publicExponent < EXPONENT_LIMIT && { PublicExponent: publicExponent.toString() }),
    ...(curve !== undefined && { Curve: curve }),
    ...(fingerprint !== undefined && { PublicKeyFingerprint: fingerprint }),
  };
}
