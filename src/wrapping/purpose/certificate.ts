import type { X509Certificate } from 'node:crypto';
import { derChildren, readDer } from '../der.ts';
import type { KeyPurpose } from './purpose.ts';

/** What an X.509 certificate says of itself beside its key. */
export interface CertificateFacts {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The names of RFC 5280 §4.2.1.3; undefined where the certificate does not limit the use of its key. */
  readonly keyUsage?: readonly string[];
  /** Object identifiers (RFC 5280 §4.2.1.12); undefined where it does not limit the use. */
  readonly extendedKeyUsage?: readonly string[];
}

const KEY_USAGE = Buffer.from('0603551d0f', 'hex');
const EXTENSIONS_TAG = 0xa3;

/** RFC 5280 §4.2.1.3, by bit. */
const USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

/** The names of what limits a certificate most often; each of those that `wraps` is for enciphering keys too. */
const EXTENDED_USAGES: Readonly<Record<string, { readonly name: string; readonly wraps?: true }>> =
  {
    '2.5.29.37.0': { name: 'anyExtendedKeyUsage', wraps: true },
    '1.3.6.1.5.5.7.3.1': { name: 'serverAuth' },
    '1.3.6.1.5.5.7.3.2': { name: 'clientAuth' },
    '1.3.6.1.5.5.7.3.3': { name: 'codeSigning' },
    '1.3.6.1.5.5.7.3.4': { name: 'emailProtection', wraps: true },
    '1.3.6.1.5.5.7.3.8': { name: 'timeStamping' },
    '1.3.6.1.5.5.7.3.9': { name: 'OCSPSigning' },
    '1.3.6.1.4.1.311.10.3.4': { name: 'encryptingFileSystem', wraps: true },
    '1.3.6.1.4.1.311.80.1': { name: 'documentEncryption', wraps: true },
  };

/**
 * Reads what a certificate says beside its key.
 *
 * @throws Error if its dates or its keyUsage cannot be read
 */
export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const keyUsage = keyUsageOf(certificate.raw);
  // Node.js calls the extended key usage so; it is missing from some certificates, whatever the types say.
  const extended = certificate.keyUsage as readonly string[] | undefined;
  return {
    notBefore: dateOf(certificate.validFrom),
    notAfter: dateOf(certificate.validTo),
    ...(keyUsage !== undefined && { keyUsage }),
    ...(extended !== undefined && { extendedKeyUsage: extended }),
  };
}

/** Whether the certificate lets its key wrap other keys: RFC 5280 calls that keyEncipherment. */
export function certificatePurpose({ keyUsage }: CertificateFacts): KeyPurpose {
  if (keyUsage === undefined || keyUsage.includes('keyEncipherment')) return {};
  const usages = keyUsage.length === 0 ? 'nothing' : keyUsage.join(', ');
  return { forbids: `is for ${usages} and not for keyEncipherment (keyUsage of its certificate)` };
}

/**
 * What an operator should know of a certificate whose key is taken, as sentences about its file.
 *
 * @param label - what the file is called
 */
export function certificateWarnings(
  { notBefore, notAfter, extendedKeyUsage }: CertificateFacts,
  label: string,
  now: Date,
): string[] {
  const warnings: string[] = [];
  if (now > notAfter) {
    warnings.push(`the certificate in ${label} expired at ${iso(notAfter)}; its key is used`);
  }
  if (now < notBefore) {
    warnings.push(
      `the certificate in ${label} is not valid before ${iso(notBefore)}, and now it is ${iso(now)}; its key is used`,
    );
  }
  const usages = extendedKeyUsage?.map((id) => EXTENDED_USAGES[id] ?? { name: id });
  if (usages !== undefined && !usages.some(({ wraps }) => wraps)) {
    const names = usages.map(({ name }) => name).join(', ');
    warnings.push(
      `the certificate in ${label} is for ${names} alone (extended key usage); its key is used`,
    );
  }
  return warnings;
}

function iso(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}

function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new RangeError('a certificate without a date');
  return date;
}

function keyUsageOf(certificate: Buffer): string[] | undefined {
  const [tbsCertificate] = derChildren(certificate);
  const extensions = derChildren(tbsCertificate).filter(({ tag }) => tag === EXTENSIONS_TAG);
  const found = extensions
    .flatMap((each) => derChildren(each))
    .flatMap((each) => derChildren(each))
    .filter((extension) => derChildren(extension)[0]?.whole.equals(KEY_USAGE));
  const [extension, ...others] = found;
  if (extension === undefined) return undefined;
  const bits = readDer(derChildren(extension).at(-1)?.content ?? Buffer.alloc(0));
  if (bits?.tag !== 0x03 || others.length > 0) throw new RangeError('a keyUsage that is none');
  const bytes = bits.content.subarray(1);
  return USAGES.filter((_, bit) => (((bytes[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0);
}
