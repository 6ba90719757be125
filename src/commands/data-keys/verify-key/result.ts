import { printResult } from '../../../terminal/output/json-output.ts';
import { printable } from '../../../terminal/output/printable.ts';
import type { Session } from '../../../terminal/session.ts';
import type { KeyCheckValue } from '../../../documents/key-check-value.ts';
import type { BackupVerdict, Verification } from '../../../data-key/verify.ts';
import { assuranceBits, envelopeFingerprint } from '../../../data-key/verify.ts';
import type { ExportInPlace } from './export.ts';

/** What `verify-key` prints. Nothing in it is secret. */
export interface VerifyResult {
  /** Left out where no backup differs and not every one could be compared. */
  readonly Match?: boolean;
  /** Of the export's data key; without an export of the first backup's that has the expected check values. */
  readonly KeyCheckValues?: readonly KeyCheckValue[];
  readonly NumberOfBytes?: number;
  /** What every backup was held against, where that was asked for. */
  readonly ExpectedCheckValues?: readonly KeyCheckValue[];
  /** By how many bits an expected check value tells keys apart: 24, 40 or 128. */
  readonly AssuranceBits?: number;
  /** The wrapping key that the export was opened with. */
  readonly PublicKeyFingerprint?: string;
  /** `SHA256:` and 64 hexadecimal digits, over the bytes of the ExportedDataKey that was opened. */
  readonly ExportedDataKeyFingerprint?: string;
  /** One for each `--against`, in order. */
  readonly Backups: readonly BackupVerdict[];
  readonly Rehearsal?: true;
}

/** Puts the result together. */
export function verifyResult({
  verification,
  exported,
  checkValues,
  isRehearsal,
}: {
  readonly verification: Verification;
  readonly exported: ExportInPlace | undefined;
  readonly checkValues: readonly KeyCheckValue[];
  readonly isRehearsal: boolean;
}): VerifyResult {
  const { match, keyCheckValues, numberOfBytes, backups } = verification;
  const bits = assuranceBits(checkValues);
  return {
    ...(match !== undefined && { Match: match }),
    ...(keyCheckValues !== undefined && { KeyCheckValues: keyCheckValues }),
    ...(numberOfBytes !== undefined && { NumberOfBytes: numberOfBytes }),
    ...(bits !== undefined && { ExpectedCheckValues: checkValues, AssuranceBits: bits }),
    ...(exported !== undefined && {
      PublicKeyFingerprint: exported.opened.privateKey.fingerprint,
      ExportedDataKeyFingerprint: envelopeFingerprint(exported.opened.wrapped.exportedDataKey),
    }),
    Backups: backups,
    ...(isRehearsal && { Rehearsal: true }),
  };
}

/**
 * Prints the result with the commands of a witness in it, for `jq -r .Witness[]`. In the JSON of a terminal they are
 * escaped and can't be copied: there they also go to stderr as they are.
 */
export async function printWithWitness(
  result: VerifyResult,
  commands: readonly string[],
  session: Session,
): Promise<void> {
  const { io } = session;
  await printResult({ ...result, Witness: commands }, session);
  if (!io.stdout.isTerminal) return;
  await io.stderr.write(Buffer.from(printable(`${commands.join('\n')}\n`)));
}

/** Says of a check value of 24 or 40 bits that it proves nothing against an attacker. */
export async function warnOfShortValues(
  checkValues: readonly KeyCheckValue[],
  { reporter }: Session,
): Promise<void> {
  const bits = assuranceBits(checkValues);
  if (bits === undefined || bits >= 128) return;
  await reporter.warn(
    `a check value of ${bits} bits shows a mix-up, not an attack: other keys with the same one can be found; label: and sha256: prove it`,
  );
}
