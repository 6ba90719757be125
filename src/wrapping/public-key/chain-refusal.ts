import { X509Certificate } from 'node:crypto';
import type { KmsxError } from '../../base/error.ts';
import { kmsxError } from '../../base/error.ts';
import { fileWord, publicHalfName, shellWord } from '../../base/text/shell-word.ts';
import type { Filter } from '../dress/layer.ts';
import { naming, opensslFilter } from '../dress/layer.ts';
import { recogniseKey } from '../der.ts';
import { keyFacts } from '../key-facts.ts';
import type { PemBlock } from '../pem.ts';
import { decodePemBody } from '../pem.ts';
import { certificateFacts } from '../purpose/certificate.ts';
import { leavesOf } from '../purpose/chain.ts';

const MOST_SHOWN = 4;
const MOST_CHARACTERS = 64;

/**
 * Explains several certificates where one public key belongs: usually a key's own and those of the authorities above
 * it. The hint takes the key's own and never an authority's, which would export the data key under that one's key.
 *
 * @param assertUsable - throws for a certificate whose key cannot be used: its error is then the one to show
 * @returns undefined if the blocks are not certificates alone
 */
export function chainRefusal(
  blocks: readonly PemBlock[],
  label: string,
  assertUsable: (certificate: Buffer, label: string) => void,
): KmsxError | undefined {
  const certificates = blocks.map(certificateIn);
  if (!certificates.every((each) => each !== undefined)) return undefined;
  const leaves = leavesOf(certificates);
  const [leaf = 0, ...others] = leaves;
  const { length } = certificates;
  if (others.length > 0) {
    const hint = `${command('NUMBER', label)}, with the number of the key's own certificate: ${shown(certificates, leaves, label)}`;
    const message = `${label} holds ${length} certificates, and none of them issued the others`;
    return kmsxError('pubkey-several', message, {
      details: { certificate: 'NUMBER' },
      hints: [hint],
    });
  }
  const own = certificates[leaf];
  if (own !== undefined) assertUsable(own.raw, `${label}: certificate ${leaf + 1}`);
  return kmsxError(
    'pubkey-several',
    `${label} holds a chain of ${length} certificates, of which number ${leaf + 1} is the key's own`,
    { details: { certificate: leaf + 1 }, hints: [command(leaf + 1, label)] },
  );
}

/** A certificate that can be read in every part that is looked at. */
function certificateIn(block: PemBlock): X509Certificate | undefined {
  const body = decodePemBody(block);
  const found = body === undefined ? undefined : recogniseKey(body);
  if (found?.structure !== 'certificate' || found.der.length !== body?.length) return undefined;
  try {
    const certificate = new X509Certificate(found.der);
    certificateFacts(certificate);
    keyFacts(certificate.publicKey);
    return certificate;
  } catch {
    return undefined;
  }
}

/** Takes one certificate out of several in PEM. OpenSSL reads the first of a file. */
export function takeCertificate(number: number | 'NUMBER'): Filter {
  if (number === 1) return opensslFilter('x509');
  const awk = naming(`awk '/-----BEGIN /{n++} n==${number}'`);
  return (file) => `${awk(file)} | openssl x509`;
}

function command(number: number | 'NUMBER', label: string): string {
  return `${takeCertificate(number)(fileWord(label))} > ${shellWord(publicHalfName(label))}`;
}

function shown(
  certificates: readonly X509Certificate[],
  leaves: readonly number[],
  label: string,
): string {
  if (leaves.length > MOST_SHOWN) return `kmsx inspect ${fileWord(label)} shows them`;
  return leaves
    .map((index) => `${index + 1} is ${subjectOf(certificates[index]) || 'without a name'}`)
    .join(', ');
}

/** Some certificates have no subject, whatever the types say. */
function subjectOf(certificate: { readonly subject?: string } | undefined): string {
  const subject = (certificate?.subject ?? '').replaceAll('\n', ', ');
  return subject.length > MOST_CHARACTERS ? `${subject.slice(0, MOST_CHARACTERS)}…` : subject;
}
