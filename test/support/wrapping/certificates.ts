import forge from 'node-forge';
import { testKey } from './wrapping-keys.ts';

/** The private keys of certificates: KMS takes the public half of the first two. */
const KEYS = { key: 'rsa-2048.pem', other: 'other-2048.pem', authority: 'rsa-3072.pem' } as const;

export interface CertificateOptions {
  readonly subject: string;
  /** Whose private half the certificate is about. */
  readonly key: keyof typeof KEYS;
  /** Who signs; the certificate itself if it is left out. */
  readonly issuer?: { readonly name: string; readonly key: keyof typeof KEYS };
  readonly isAuthority?: boolean;
  /** The names of RFC 5280. */
  readonly keyUsage?: readonly string[];
  readonly extendedKeyUsage?: readonly string[];
  readonly notBefore?: string;
  readonly notAfter?: string;
}

/** Makes an X.509 certificate in PEM, valid from 2020 to 2090. */
export function certificate(options: CertificateOptions): string {
  const { subject, key, issuer = { name: subject, key }, keyUsage, extendedKeyUsage } = options;
  const made = forge.pki.createCertificate();
  const privateKey = (name: keyof typeof KEYS) =>
    forge.pki.privateKeyFromPem(testKey(KEYS[name]).toString());
  const { n, e } = privateKey(key);
  made.publicKey = forge.pki.setRsaPublicKey(n, e);
  made.serialNumber = '01';
  made.validity.notBefore = new Date(options.notBefore ?? '2020-01-01T00:00:00Z');
  made.validity.notAfter = new Date(options.notAfter ?? '2090-01-01T00:00:00Z');
  made.setSubject([{ name: 'commonName', value: subject }]);
  made.setIssuer([{ name: 'commonName', value: issuer.name }]);
  made.setExtensions([
    ...(options.isAuthority === undefined
      ? []
      : [{ name: 'basicConstraints', cA: options.isAuthority, critical: true }]),
    ...(keyUsage === undefined ? [] : [{ name: 'keyUsage', critical: true, ...named(keyUsage) }]),
    ...(extendedKeyUsage === undefined
      ? []
      : [{ name: 'extKeyUsage', ...named(extendedKeyUsage) }]),
  ]);
  made.sign(privateKey(issuer.key), forge.md.sha256.create());
  return forge.pki.certificateToPem(made);
}

function named(names: readonly string[]): Record<string, true> {
  return Object.fromEntries(names.map((name) => [name, true]));
}

const ROOT = { name: 'root', key: 'authority' } as const;
const MIDDLE = { name: 'middle', key: 'other' } as const;

/** Certificates that stand in one file. */
const CERTIFICATES = {
  leaf: certificate({ subject: 'wrap', key: 'key', issuer: MIDDLE, isAuthority: false }),
  /** As `openssl req -x509 -CA` makes it by default. */
  leafAsAuthority: certificate({ subject: 'wrap', key: 'key', issuer: ROOT, isAuthority: true }),
  leafOfRoot: certificate({ subject: 'wrap', key: 'key', issuer: ROOT }),
  renewed: certificate({ subject: 'wrap', key: 'key', issuer: ROOT, notAfter: '2091-01-01' }),
  signer: certificate({
    ...{ subject: 'wrap', key: 'key', issuer: ROOT, isAuthority: false },
    keyUsage: ['digitalSignature'],
  }),
  middle: certificate({ subject: 'middle', key: 'other', issuer: ROOT, isAuthority: true }),
  root: certificate({ subject: 'root', key: 'authority', isAuthority: true }),
  rootByUsage: certificate({
    ...{ subject: 'root', key: 'authority', isAuthority: true },
    keyUsage: ['keyCertSign', 'cRLSign'],
  }),
  selfSigned: certificate({ subject: 'wrap', key: 'key', isAuthority: true }),
  otherSelfSigned: certificate({ subject: 'ca', key: 'other', isAuthority: true }),
} as const;

type Name = keyof typeof CERTIFICATES;

/** Chains, in the order of the file, and which certificate is the key's own, by its place from 1. */
export const CHAINS: readonly { readonly file: readonly Name[]; readonly own: number }[] = [
  { file: ['leafOfRoot', 'root'], own: 1 },
  { file: ['root', 'leafOfRoot'], own: 2 },
  { file: ['leaf', 'middle', 'root'], own: 1 },
  { file: ['leaf', 'root', 'middle'], own: 1 },
  { file: ['middle', 'leaf', 'root'], own: 2 },
  { file: ['root', 'leaf', 'middle'], own: 2 },
  { file: ['middle', 'root', 'leaf'], own: 3 },
  { file: ['root', 'middle', 'leaf'], own: 3 },
  { file: ['root', 'leaf'], own: 2 },
  { file: ['leafAsAuthority', 'root'], own: 1 },
  { file: ['root', 'leafAsAuthority'], own: 2 },
  { file: ['rootByUsage', 'selfSigned'], own: 2 },
  { file: ['leafOfRoot', 'leafOfRoot'], own: 1 },
  { file: ['root', 'leafOfRoot', 'renewed'], own: 2 },
  { file: ['root', 'root', 'leafOfRoot'], own: 3 },
  { file: ['otherSelfSigned', 'leafOfRoot'], own: 2 },
];

export function fileOf(names: readonly Name[]): string {
  return names.map((name) => `# ${name}\n${CERTIFICATES[name]}`).join('');
}
