import type { AllowedSigner } from './allowed-signers.ts';
import type { Certificate } from './certificate.ts';
import { isLiteral, matchesPatternList } from './patterns.ts';
import { refuse, refusingAs, SignatureRefusal } from './refusal.ts';
import type { Signer } from './sshsig.ts';

/** What a verifier trusts, and when and for what. */
export interface Trust {
  readonly signers: readonly AllowedSigner[];
  /** What the file of the signers is called in messages. */
  readonly label: string;
  readonly namespace: string;
  /** Seconds since 1970, by the verifier's clock. */
  readonly now: number;
}

/**
 * Finds who signed: the first line of allowed_signers that has the key (or, with `cert-authority`, the authority of its
 * certificate) and accepts it. The person is called by the first name of that line that its own patterns accept (`-I`
 * of ssh-keygen may be any name that they do), or by the first such name of the certificate.
 */
export function findSigner(signer: Signer, trust: Trust): string {
  let refusal: SignatureRefusal | undefined;
  for (const line of trust.signers) {
    if (!isOfLine(signer, line)) continue;
    try {
      return nameByLine(signer, line, trust);
    } catch (error) {
      if (!(error instanceof SignatureRefusal)) throw error;
      refusal ??= error;
    }
  }
  return refuse(refusal?.message ?? notInAnyLine(signer, trust));
}

function isOfLine({ key, certificate }: Signer, { options, key: itsKey }: AllowedSigner): boolean {
  if (options.isAuthority) return certificate?.authority.blob.equals(itsKey.blob) ?? false;
  return certificate === undefined && key.blob.equals(itsKey.blob);
}

function notInAnyLine({ key, certificate }: Signer, { signers, label }: Trust): string {
  if (certificate !== undefined)
    return `is by a certificate whose authority is in no line of ${label} with cert-authority`;
  const line = signers.find(({ key: its }) => its.blob.equals(key.blob))?.line;
  if (line === undefined) return `is by a key that is in no line of ${label}`;
  return `is by the key of line ${line} of ${label}, which may sign certificates alone (cert-authority)`;
}

function nameByLine(signer: Signer, line: AllowedSigner, trust: Trust): string {
  const { certificate } = signer;
  return refusingAs(
    (problem) => `is by ${wordsFor(certificate, line, trust.label)}, which ${problem}`,
    () => {
      const { options, principals } = line;
      if (certificate !== undefined) checkCertificate(certificate, trust.now);
      checkOptions(line, trust);
      if ((options.isVerifyRequired || certificate?.isVerifyRequired) && !signer.isUserVerified)
        refuse('asks for a hardware key that verified its user (verify-required)');
      return certificate === undefined
        ? nameOfLine(principals)
        : nameOfCertificate(certificate, principals);
    },
  );
}

function wordsFor(
  certificate: Certificate | undefined,
  { line }: AllowedSigner,
  label: string,
): string {
  return certificate === undefined
    ? `the key of line ${line} of ${label}`
    : `a certificate of the authority of line ${line} of ${label}`;
}

function checkOptions({ options }: AllowedSigner, { namespace, now }: Trust): void {
  const { namespaces, validAfter, validBefore } = options;
  if (namespaces !== undefined && !matchesPatternList(namespace, namespaces))
    refuse(`is not for the namespace ${namespace}`);
  if (validAfter !== undefined && now < validAfter)
    refuse(`is not valid before ${timeOf(validAfter)}`);
  if (validBefore !== undefined && now > validBefore)
    refuse(`was valid until ${timeOf(validBefore)}`);
}

function checkCertificate({ kind, validAfter, validBefore }: Certificate, now: number): void {
  if (kind !== 'user') refuse('is for a host, not for a user');
  if (BigInt(now) < validAfter) refuse(`is not valid before ${timeOf(Number(validAfter))}`);
  if (BigInt(now) >= validBefore) refuse(`was valid until ${timeOf(Number(validBefore))}`);
}

const LAST_TIME = 8.64e12;

const timeOf = (seconds: number): string =>
  new Date(Math.min(seconds, LAST_TIME) * 1000).toISOString().replace('.000Z', 'Z');

function nameOfLine(principals: string): string {
  const names = principals.split(',').filter(isLiteral);
  return (
    names.find((name) => matchesPatternList(name, principals)) ??
    refuse('names no person, only patterns')
  );
}

function nameOfCertificate(certificate: Certificate, principals: string): string {
  const names = certificate.principals.filter((name) => name !== '');
  if (names.length === 0) refuse('names no person');
  return (
    names.find((name) => matchesPatternList(name, principals)) ??
    refuse('names nobody whom that line accepts')
  );
}
