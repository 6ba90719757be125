import type { WrongCertificate } from '../faults/fault.ts';
import type { RandomBytes } from '../identifiers.ts';
import { LOCAL_REGION } from '../resource-name.ts';
import type { CertificateAuthority, CertificateNames, Validity } from './certificate-authority.ts';
import {
  issueServerCertificate,
  makeCertificateAuthority,
  makeKeyPair,
} from './certificate-authority.ts';

/** The certificate of a TLS server and its private key, both in PEM; the key is PKCS#8. */
export interface ServerCertificate {
  readonly certificatePem: string;
  /** Secret. */
  readonly privateKeyPem: string;
}

/** All certificates of one server. */
export interface ServerCertificates {
  /** The certificate of the authority that clients are to trust, in PEM. */
  readonly authorityPem: string;
  /** The certificate that verifies. */
  readonly right: ServerCertificate;
  readonly wrong: Readonly<Record<WrongCertificate, ServerCertificate>>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const VALID_DAYS = 30;

/** Every dedicated gateway, the shared gateways of the local region, and the server's own address. */
const NAMES: CertificateNames = {
  dns: [
    'localhost',
    '*.cryptoservice.kms.aliyuncs.com',
    `kms.${LOCAL_REGION}.aliyuncs.com`,
    `kms-vpc.${LOCAL_REGION}.aliyuncs.com`,
  ],
  addresses: ['127.0.0.1', '::1'],
};

/**
 * Makes a throw-away certificate authority and the certificates of one server: the right one, valid from an hour ago for
 * thirty days, and wrong ones for faults. The authority's private key is discarded.
 */
export async function makeServerCertificates(
  now: Date,
  randomBytes: RandomBytes,
): Promise<ServerCertificates> {
  const validity = period(now, -HOUR_MS, VALID_DAYS * DAY_MS);
  const [authority, other, keys] = await Promise.all([
    makeCertificateAuthority('kmsx local-kms throw-away CA', validity, randomBytes),
    makeCertificateAuthority('kmsx local-kms untrusted CA', validity, randomBytes),
    makeKeyPair(),
  ]);
  const privateKeyPem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const issue = (
    by: CertificateAuthority,
    names: CertificateNames,
    during: Validity,
  ): ServerCertificate => ({
    certificatePem: issueServerCertificate(by, keys.publicKey, names, during, randomBytes),
    privateKeyPem,
  });
  return {
    authorityPem: authority.certificatePem,
    right: issue(authority, NAMES, validity),
    wrong: {
      authority: issue(other, NAMES, validity),
      name: issue(authority, { dns: ['wrong-name.invalid'], addresses: [] }, validity),
      date: issue(authority, NAMES, period(now, -3 * DAY_MS, -DAY_MS)),
    },
  };
}

function period(now: Date, fromMs: number, toMs: number): Validity {
  return {
    notBefore: new Date(now.getTime() + fromMs),
    notAfter: new Date(now.getTime() + toMs),
  };
}
