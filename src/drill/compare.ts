import type { KmsxError } from '../base/error.ts';
import { kmsxError } from '../base/error.ts';
import type { ProvedKey } from '../backups/proofs.ts';
import type { ComparableKey } from '../data-key/comparable-key.ts';
import { keyHasCheckValues } from '../data-key/comparable-key.ts';
import type { EncryptionContext } from '../documents/encryption-context.ts';
import { sameEncryptionContext } from '../documents/encryption-context.ts';
import type { KeyCheckValue } from '../documents/key-check-value.ts';
import { assuranceBits } from '../documents/key-check-value.ts';
import type { SameKeyAs } from '../documents/proof-document.ts';

/** What the data key of a backup must be. */
export interface Expected {
  /** Of `--check-values`, for this backup. */
  readonly checkValues: readonly KeyCheckValue[];
  /** Of earlier proofs, for this backup. */
  readonly proved: readonly ProvedKey[];
  /** Whether they lie where whoever can write the backup cannot write for that alone: else they earn no bits. */
  readonly checkValuesCount: boolean;
  readonly proofsCount: boolean;
}

/** The data key that a backup holds today. */
export interface FoundKey {
  readonly dataKey: ComparableKey;
  readonly blobFingerprint: string;
  readonly context: EncryptionContext | undefined;
  readonly isRehearsal: boolean;
}

/** What a data key was compared with, or that it is another one. */
export interface Comparison {
  readonly SameKeyAs: SameKeyAs;
  readonly AssuranceBits?: number;
  readonly difference?: KmsxError;
}

const NOTHING: Comparison = { SameKeyAs: 'nothing' };

/**
 * Compares a data key with everything that is expected of it. A difference counts wherever the expectation lies; an
 * equality only where it does not lie beside the backup.
 *
 * @param name - what the backup is called in errors
 */
export function compare(name: string, found: FoundKey, expected: Expected): Comparison {
  const { checkValues, proved, checkValuesCount, proofsCount } = expected;
  const { dataKey, isRehearsal } = found;
  if (!keyHasCheckValues(dataKey, checkValues)) {
    const message = `the data key of ${name} has another check value than expected${foundValue(dataKey, checkValues)}`;
    return { ...NOTHING, difference: kmsxError('check-value-mismatch', message) };
  }
  let provedBits = 0;
  for (const earlier of proved) {
    // A rehearsal's key is another one than that of a real backup, whatever their names are.
    if ((earlier.Rehearsal === true) !== isRehearsal) continue;
    const bits = bitsInCommon(found, earlier);
    if (bits === 'differs') {
      const message = `${name} holds another data key than it was proved to hold on ${earlier.CreatedAt.slice(0, 10)}`;
      return { ...NOTHING, difference: kmsxError('data-keys-differ', message) };
    }
    provedBits = Math.max(provedBits, bits);
  }
  const givenBits = assuranceBits(checkValues) ?? 0;
  const earned = [
    { SameKeyAs: 'check-value', AssuranceBits: checkValuesCount ? givenBits : 0 },
    { SameKeyAs: 'proof', AssuranceBits: proofsCount ? provedBits : 0 },
  ] as const;
  const [given, proof] = earned;
  const best = proof.AssuranceBits > given.AssuranceBits ? proof : given;
  return best.AssuranceBits === 0 ? NOTHING : best;
}

/** The bits by which a data key is that of a proof. A key without check values is told by its CiphertextBlob. */
function bitsInCommon(
  { dataKey, blobFingerprint, context }: FoundKey,
  { KeyCheckValues, NumberOfBytes, CiphertextBlobFingerprint, EncryptionContext }: ProvedKey,
): number | 'differs' {
  if (KeyCheckValues !== undefined) {
    return keyHasCheckValues(dataKey, KeyCheckValues)
      ? (assuranceBits(KeyCheckValues) ?? 0)
      : 'differs';
  }
  const isSameBlob =
    CiphertextBlobFingerprint === blobFingerprint &&
    sameEncryptionContext(context, EncryptionContext);
  if (isSameBlob) return 128;
  const { length } = dataKey;
  return length !== undefined && NumberOfBytes !== undefined && length !== NumberOfBytes
    ? 'differs'
    : 0;
}

function foundValue(dataKey: ComparableKey, expected: readonly KeyCheckValue[]): string {
  const methods = new Set(expected.map(({ Method }) => Method));
  const found = dataKey.checkValues().filter(({ Method }) => methods.has(Method));
  if (found.length === 0) return '';
  return ` (${found.map(({ Method, Value }) => `${Method} ${Value}`).join(', ')})`;
}
