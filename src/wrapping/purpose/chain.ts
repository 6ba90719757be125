import type { X509Certificate } from 'node:crypto';
import { certificateFacts, certificatePurpose } from './certificate.ts';

/**
 * What speaks for a certificate to be that of the key, and not of an authority, the strongest first. Where one of these
 * leaves none of the certificates, the next ones decide.
 */
const SIGNS: readonly ((
  certificate: X509Certificate,
  all: readonly X509Certificate[],
) => boolean)[] = [
  (certificate, all) => !all.some((other) => isIssuedBy(other, certificate)),
  (certificate) => !certificate.ca,
  mayWrap,
  (certificate) => certificate.subject !== certificate.issuer,
];

/**
 * Finds the certificate that a chain was made for: the one that issued none of the others and is no authority. The
 * order of the file tells nothing, since some programs write the authority first.
 *
 * @param certificates - at least one
 * @returns its index, the first of those with its key; several where nothing decides between different keys
 */
export function leavesOf(certificates: readonly X509Certificate[]): readonly number[] {
  let candidates = certificates;
  for (const sign of SIGNS) {
    if (haveOneKey(candidates)) break;
    const chosen = candidates.filter((each) => sign(each, certificates));
    if (chosen.length > 0) candidates = chosen;
  }
  const leaves = haveOneKey(candidates) ? candidates.slice(0, 1) : candidates;
  return leaves.map((each) => certificates.indexOf(each));
}

function haveOneKey(certificates: readonly X509Certificate[]): boolean {
  const keys = certificates.map(({ publicKey }) =>
    publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  );
  return new Set(keys).size === 1;
}

function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  if (certificate.raw.equals(authority.raw) || !certificate.checkIssued(authority)) return false;
  try {
    return certificate.verify(authority.publicKey);
  } catch {
    return false; // a signature of a kind that OpenSSL does not know
  }
}

function mayWrap(certificate: X509Certificate): boolean {
  return certificatePurpose(certificateFacts(certificate)).forbids === undefined;
}
