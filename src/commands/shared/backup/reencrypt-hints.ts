import type { KmsxError } from '../../../base/error.ts';
import { hasCode } from '../../../base/error.ts';
import { hintsFor } from '../../../terminal/hints/hints.ts';
import type { ReencryptRequest } from '../../../data-key/reencrypt/request.ts';
import { assuranceBits } from '../../../documents/key-check-value.ts';
import { isNoPermission, KmsRefused } from '../../../answers/refusal.ts';
import { isNotOpening } from './backup-failures.ts';

/**
 * What an error of a re-encryption can mean. The old backup is opened before ReEncrypt, so a refusal of ReEncrypt is
 * about the new KMS key.
 *
 * @param isOpened - whether the old backup was opened before
 * @returns undefined for an error that is about the old backup alone
 */
export function reencryptHints(
  error: KmsxError,
  request: ReencryptRequest,
  isOpened = false,
): readonly string[] | undefined {
  if (error.during === 'verification') return verifyingHints(error, request);
  if (actionOf(error) !== 'ReEncrypt') return oldBackupHints(error, request);
  const { asymmetricSource: source, destination } = request;
  if (isNoPermission(error)) {
    if (error.denial !== undefined) {
      return [
        ...hintsFor(error),
        'ReEncrypt needs kms:ReEncryptFrom on the old key and kms:ReEncryptTo on the new one',
      ];
    }
    return [
      'allow kms:ReEncryptFrom on the old key and kms:ReEncryptTo on the new one in a RAM policy; for a key of another account its key policy too',
    ];
  }
  if (isNotOpening(error)) {
    return source === undefined
      ? [`the old backup opens, so it is ${destination.text} or the new context that KMS refuses`]
      : [
          `was the export made for the public key of ${source.keyId}, version ${source.keyVersionId}? its fingerprint is ${source.entry.PublicKeyFingerprint}`,
        ];
  }
  const which =
    source === undefined && isOpened
      ? `the old backup opens; KMS refused ${destination.text}`
      : `KMS refused ${destination.text} or ${source?.keyId ?? 'the old key'}`;
  return error.kind === 'kms' ? [...hintsFor(error), which] : undefined;
}

function actionOf(error: KmsxError): string | undefined {
  if (error instanceof KmsRefused) return error.action;
  return hasCode(error, 'answer-malformed') ? error.details.action : undefined;
}

function verifyingHints(
  error: KmsxError,
  { asymmetricSource }: ReencryptRequest,
): readonly string[] | undefined {
  if (error.code === 'reencrypt-mismatch' && asymmetricSource !== undefined) {
    return [
      'stop, and keep the document: its export or its CiphertextBlob was likely swapped, since they hold different data keys',
      'kmsx verify-key --against FILE --expect-check-value label:… shows whether it is the CiphertextBlob',
    ];
  }
  if (isNotOpening(error)) {
    return ['run it again; if KMS still does not open what it made, report the RequestId'];
  }
  return error.code === 'answer-malformed'
    ? ['report the RequestId to Alibaba Cloud']
    : hintsFor(error);
}

/** An export for an asymmetric KMS key may be all that is left of a data key. */
function oldBackupHints(
  error: KmsxError,
  { asymmetricSource, expected }: ReencryptRequest,
): readonly string[] | undefined {
  if (asymmetricSource === undefined || (error.kind !== 'kms' && error.kind !== 'credentials')) {
    return undefined;
  }
  const bits = assuranceBits(expected) ?? 0;
  const without = 'verifies the new backup without it';
  return [
    ...hintsFor(error),
    bits === 0
      ? `if the old CiphertextBlob is lost, --expect-check-value label:… ${without}`
      : `${bits} bits of a check value alone prove nothing: if the old CiphertextBlob is lost, --expect-check-value label:… or sha256:… ${without}`,
  ];
}
