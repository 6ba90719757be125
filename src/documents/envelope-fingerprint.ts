import { createHash } from 'node:crypto';

/**
 * The fingerprint of an envelope, by which two people can check that they mean the same one:
 * `jq -r .CiphertextBlob FILE | base64 -d | sha256sum`.
 *
 * @param base64 - a CiphertextBlob or an ExportedDataKey
 * @returns `SHA256:` and 64 lower-case hexadecimal digits, over the decoded bytes
 */
export function envelopeFingerprint(base64: string): string {
  return `SHA256:${createHash('sha256').update(base64, 'base64').digest('hex')}`;
}
