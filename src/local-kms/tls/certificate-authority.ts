import type { KeyObject } from 'node:crypto';
import { generateKeyPair, sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import asn1 from 'node-forge/lib/asn1.js';
import sha256 from 'node-forge/lib/sha256.js';
import type { Certificate } from 'node-forge/lib/x509.js';
import x509 from 'node-forge/lib/x509.js';
import type { RandomBytes } from '../identifiers.ts';

/** A generated key pair. */
export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A certificate authority. */
export interface CertificateAuthority {
  readonly keys: KeyPair;
  readonly certificate: Certificate;
  readonly certificatePem: string;
}

/** The validity period of a certificate. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The names that a certificate is issued for. */
export interface CertificateNames {
  readonly dns: readonly string[];
  readonly addresses: readonly string[];
}

const ORGANIZATION = 'kmsx local-kms, for rehearsals only';

/** Whether a file is the certificate of an authority that `makeCertificateAuthority` made, for any server. */
export function isCertificateOfOurs(file: Buffer): boolean {
  try {
    return new X509Certificate(file).toLegacyObject().subject.O === ORGANIZATION;
  } catch {
    return false; // It is no certificate.
  }
}

/** Generates an RSA key pair of 2048 bits, which every client of KMS can verify. */
export async function makeKeyPair(): Promise<KeyPair> {
  return await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
}

/** Makes a certificate authority that can certify servers, but not further authorities (RFC 5280 §4.2.1.9). */
export async function makeCertificateAuthority(
  commonName: string,
  validity: Validity,
  randomBytes: RandomBytes,
): Promise<CertificateAuthority> {
  const keys = await makeKeyPair();
  const certificate = unsigned(keys.publicKey, commonName, validity, randomBytes);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  signWith(keys.privateKey, certificate);
  return { keys, certificate, certificatePem: x509.certificateToPem(certificate) };
}

/**
 * Issues a certificate for a TLS server, as RFC 5280 and today's verifiers require: names in subjectAltName, the
 * authority's key identifier, a positive serial number of 16 bytes.
 *
 * @returns PEM
 */
export function issueServerCertificate(
  authority: CertificateAuthority,
  publicKey: KeyObject,
  names: CertificateNames,
  validity: Validity,
  randomBytes: RandomBytes,
): string {
  const certificate = unsigned(publicKey, names.dns[0] ?? '', validity, randomBytes);
  certificate.setIssuer(authority.certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: [
        ...names.dns.map((value) => ({ type: 2, value })),
        ...names.addresses.map((ip) => ({ type: 7, ip })),
      ],
    },
    { name: 'subjectKeyIdentifier' },
    {
      name: 'authorityKeyIdentifier',
      keyIdentifier: authority.certificate.generateSubjectKeyIdentifier().getBytes(),
    },
  ]);
  signWith(authority.keys.privateKey, certificate);
  return x509.certificateToPem(certificate);
}

function unsigned(
  publicKey: KeyObject,
  commonName: string,
  { notBefore, notAfter }: Validity,
  randomBytes: RandomBytes,
): Certificate {
  const certificate = x509.createCertificate();
  certificate.publicKey = x509.publicKeyFromPem(
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  );
  const serial = Buffer.from(randomBytes(16));
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  certificate.serialNumber = serial.toString('hex');
  certificate.validity.notBefore = notBefore;
  certificate.validity.notAfter = notAfter;
  certificate.setSubject([
    { name: 'commonName', value: commonName },
    { name: 'organizationName', value: ORGANIZATION },
  ]);
  return certificate;
}

/** Signs with SHA-256 and RSA. OpenSSL does it, so that the private key never becomes numbers in JavaScript. */
function signWith(privateKey: KeyObject, certificate: Certificate): void {
  const signer = {
    sign: (): string => {
      const tbsCertificate = asn1.toDer(certificate.tbsCertificate).getBytes();
      return sign('sha256', Buffer.from(tbsCertificate, 'latin1'), privateKey).toString('latin1');
    },
  };
  certificate.sign(signer, sha256.create());
}
