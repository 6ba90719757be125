import type { KmsxError } from '../base/error.ts';
import { hintsFor } from '../cli/messages.ts';
import type { ReencryptRequest } from '../data-key/reencrypt.ts';
import { isNotOpening } from './backup-failures.ts';

const NO_PERMISSION: ReadonlySet<string> = new Set(['Forbidden.NoPermission', 'AccessDeniedError']);

/**
 * What an error of a re-encryption can mean. The old backup is opened before ReEncrypt, so that what ReEncrypt then
 * refuses is about the new KMS key.
 *
 * @returns undefined for an error that is about the old backup alone
 */
export function reencryptHints(
  error: KmsxError,
  request: ReencryptRequest,
): readonly string[] | undefined {
  if (error.details['stage'] === 'verify') return verifyingHints(error);
  if (error.details['action'] !== 'ReEncrypt') return oldBackupHints(error, request);
  const { asymmetricSource: source, destination, against } = request;
  if (NO_PERMISSION.has(error.code)) {
    if (error.details['denial'] !== undefined) {
      return [
        ...hintsFor(error),
        'it takes kms:ReEncryptFrom on the old key and kms:ReEncryptTo on the new one',
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
    source === undefined && against === 'old backup'
      ? `the old backup opens: it is about ${destination.text}`
      : `it is about ${destination.text} or ${source?.keyId ?? 'the old key'}`;
  return error.kind === 'kms' ? [...hintsFor(error), which] : undefined;
}

function verifyingHints(error: KmsxError): readonly string[] | undefined {
  if (isNotOpening(error)) {
    return ['run it again; if KMS still does not open what it made, report the RequestId'];
  }
  return error.code === 'answer-malformed'
    ? ['report the RequestId to Alibaba Cloud']
    : hintsFor(error);
}

/** An export for an RSA key may be all that is left of a data key. */
function oldBackupHints(
  error: KmsxError,
  { asymmetricSource }: ReencryptRequest,
): readonly string[] | undefined {
  if (asymmetricSource === undefined || (error.kind !== 'kms' && error.kind !== 'credentials')) {
    return undefined;
  }
  return [
    ...hintsFor(error),
    'where the old CiphertextBlob is lost, --expect-check-value label:… verifies the new backup without it',
  ];
}
