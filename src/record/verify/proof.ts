import { kmsxError } from '../../base/error.ts';
import { isJsonObject } from '../../base/json.ts';
import type { SealedRecord } from './sealed.ts';
import { linesFrom } from './sealed.ts';
import type { SignatureFiles } from './signature-files.ts';
import { countSigners } from '../signatures/count.ts';
import type { RefusedSignature, ValidSignature } from '../signatures/verify.ts';
import { verifySignatures } from '../signatures/verify.ts';

/** By what a record has to be proved; where nothing is asked for, the chain alone counts. */
export interface AskedProof {
  /** A head that the verifier has from elsewhere: 64 hexadecimal digits. */
  readonly head?: string | undefined;
  /** Whose signatures count, and how many people must have signed. */
  readonly signers?:
    | {
        readonly allowedSigners: { readonly label: string; readonly text: string };
        readonly threshold: number;
      }
    | undefined;
}

/** A signature that counts. */
export interface Signer {
  readonly Principal: string;
  /** As `ssh-keygen -l` prints it. */
  readonly KeyFingerprint: string;
  /** The head that was signed. */
  readonly Head: string;
  readonly File: string;
}

export interface Proof {
  readonly ProvedBy: 'chain' | 'head' | 'signatures';
  readonly Signers: readonly Signer[];
  /** In words. */
  readonly NotProved: readonly string[];
}

/**
 * Finds out whether a sealed record is proved as the verifier asks. A head is that of all lines up to its own: one from
 * the seal on proves the ceremony, and what was added up to there.
 *
 * @param now - the verifier's clock: keys are valid from a time on, and until one
 * @throws KmsxError `record-head-differs`, `record-signatures-missing`; `document-malformed` for what is no list of signers
 */
export function proveRecord(
  record: SealedRecord,
  signatures: SignatureFiles,
  asked: AskedProof,
  now: Date,
): Proof {
  const byHead = asked.head === undefined ? undefined : lineOfHead(record, asked.head);
  const signed =
    asked.signers === undefined
      ? undefined
      : checkSignatures(record, signatures, asked.signers, now);
  const NotProved = [
    ...(byHead === undefined ? [] : later(record, byHead, 'the head that was given')),
    ...(signed === undefined ? [] : later(record, signed.line, 'enough signatures')),
    ...(signed ?? signatures).refused.map(({ label, problem }) => `${label} ${problem}`),
  ];
  if (byHead === undefined && signed === undefined) {
    NotProved.push(
      'whoever owns the folder could have rebuilt the whole chain, with other content',
    );
  }
  if (signed === undefined && signatures.files.length > 0) {
    NotProved.push(
      `${plural(signatures.files.length, 'signature')} in the folder: nobody said whose count`,
    );
  }
  NotProved.push(...fewerThanPlanned(record, countSigners(signed?.valid ?? [])));
  const Signers = (signed?.valid ?? []).map(
    ({ principal, keyFingerprint, head, label }): Signer => ({
      Principal: principal,
      KeyFingerprint: keyFingerprint,
      Head: head,
      File: label,
    }),
  );
  const ProvedBy = signed !== undefined ? 'signatures' : byHead !== undefined ? 'head' : 'chain';
  return { ProvedBy, Signers, NotProved };
}

/** What the plan asked for proves nothing; that there is less of it is told. */
function fewerThanPlanned({ begin }: SealedRecord, count: number): string[] {
  const { Signatures } = begin.Plan;
  const threshold = isJsonObject(Signatures) ? Signatures['Threshold'] : undefined;
  if (typeof threshold !== 'number' || threshold <= count) return [];
  return [`the plan asked for ${plural(threshold, 'signature')}; ${count} of them proved it here`];
}

/** The index of the line that a given head is of. */
function lineOfHead({ lines, head: last, label, sealIndex }: SealedRecord, head: string): number {
  const index = lines.findIndex(({ hash }) => hash === head);
  if (index >= sealIndex) return index;
  throw kmsxError(
    'record-head-differs',
    index === -1
      ? `${label} has the head ${last}, and no line with the one that was given`
      : `${label}: the head that was given is that of line ${index + 1}, before the seal`,
  );
}

interface Signed {
  readonly valid: readonly ValidSignature[];
  readonly refused: readonly RefusedSignature[];
  /** The index of the last line that enough people signed, it or a later one. */
  readonly line: number;
}

function checkSignatures(
  { lines, label, sealIndex: seal }: SealedRecord,
  { files: signatures, refused: unreadable }: SignatureFiles,
  { allowedSigners, threshold }: NonNullable<AskedProof['signers']>,
  now: Date,
): Signed {
  const heads = lines.slice(seal).map(({ hash }) => hash);
  const { valid, ...found } = verifySignatures({ heads, signatures, allowedSigners, now });
  const refused = [...unreadable, ...found.refused];
  for (let line = lines.length - 1; line >= seal; line -= 1) {
    const covering = valid.filter(({ head }) => heads.indexOf(head) + seal >= line);
    if (countSigners(covering) >= threshold) return { valid, refused, line };
  }
  const count = countSigners(valid);
  const people = count === 0 ? 'nobody' : count === 1 ? 'one person' : `${count} people`;
  const reasons = refused.map((each) => `; ${each.label} ${each.problem}`).join('');
  const none =
    signatures.length + refused.length === 0 ? '; there is no file in signatures/' : reasons;
  throw kmsxError(
    'record-signatures-missing',
    `${label} is signed by ${people} with a key in ${allowedSigners.label}, and ${threshold} must have signed it${none}`,
  );
}

/** The events after a line, which nothing covers. */
function later({ events }: SealedRecord, line: number, what: string): string[] {
  const types = events.slice(line + 1).map(({ Type }) => Type);
  if (types.length === 0) return [];
  return [`${linesFrom(line + 2, events.length)} (${types.join(', ')}) came later than ${what}`];
}

function plural(count: number, noun: string): string {
  return count === 1 ? `a ${noun}` : `${count} ${noun}s`;
}
