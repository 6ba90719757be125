import { KmsxError } from '../../../base/error.ts';
import { shellWord } from '../../../base/text/shell-word.ts';
import { hintsFor } from '../../../terminal/hints/hints.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import { dataKeyIdOf } from '../../../documents/encryption-context.ts';
import { OTHER_EMBEDDED_STATE } from '../../../answers/error-table/embedded.ts';
import { KmsRefused } from '../../../answers/refusal.ts';
import type { KmsClient } from '../../../kms/types.ts';

/** What is known of a backup when KMS refuses to open it. */
export interface BackupFacts {
  readonly source: BackupSource;
  /** What the backup is called: a file, or standard input. */
  readonly label: string;
  readonly kms: Pick<KmsClient, 'endpoint'>;
  /** More exact hints of the command for some errors. */
  readonly hintsFor?: (error: KmsxError) => readonly string[] | undefined;
}

/** Parameters that describe the recipient of an export, not the backup. */
const OF_RECIPIENT: readonly (string | undefined)[] = [
  'PublicKeyBlob',
  'WrappingAlgorithm',
  'WrappingKeySpec',
];

/**
 * Runs calls of KMS on a backup. If KMS refuses them, the hints say what that can mean for this backup, and where
 * its document was made.
 */
export async function explainingFailures<T>(
  facts: BackupFacts,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof KmsxError ? explained(error, facts) : error;
  }
}

/** A refusal of KMS with hints for this backup, as `explainingFailures` throws it. */
export function explained(error: KmsxError, facts: BackupFacts): KmsxError {
  const own = facts.hintsFor?.(error) ?? usualHints(error, facts);
  return error.with({ hints: [...own, ...elsewhere(error, facts)] });
}

/** Whether KMS could not open what it was given: a wrong context, a damaged ciphertext, or that of another key. */
export function isNotOpening(error: KmsxError): error is KmsRefused {
  return (
    error instanceof KmsRefused &&
    error.about === 'parameter' &&
    !OF_RECIPIENT.includes(error.parameter)
  );
}

/** What `--in` is called in messages. */
export function backupLabel({ in: path }: { readonly in: string }): string {
  return path === '-' ? 'standard input' : path;
}

function usualHints(error: KmsxError, { source, label }: BackupFacts): readonly string[] {
  if (isNotOpening(error)) {
    const isRehearsed = source.Rehearsal === true && error.isEmbedded;
    return [...(isRehearsed ? [OTHER_EMBEDDED_STATE] : []), ...contextHints(source, label)];
  }
  const { KeyId } = source;
  const hints = hintsFor(error);
  if (error.kind !== 'kms' || KeyId === undefined || !isKeyIdOfKms(KeyId)) return hints;
  return hints.map((hint) => hint.replace('--KeyId ID', () => `--KeyId ${shellWord(KeyId)}`));
}

/** KMS gives the same answer for a wrong context, a changed ciphertext and a key of another account. */
function contextHints({ EncryptionContext, KeyId }: BackupSource, label: string): string[] {
  if (KeyId !== undefined) {
    return [
      `${label} does not open as it is: its encryption context or CiphertextBlob was changed, or its KMS key is in another region or account`,
      isKeyIdOfKms(KeyId)
        ? `kmsx list-keys shows whether ${KeyId} is a key of this region and account; another account's key needs its key policy too`
        : 'its KeyId is not one that KMS would issue: it was changed; use the original document',
    ];
  }
  return [
    EncryptionContext === undefined
      ? `${label} does not contain its encryption context: if it has one, repeat it with --context NAME=VALUE`
      : `is --context exactly the context that ${label} was made with? names and values count, the order does not`,
    ...(dataKeyIdOf(EncryptionContext) === undefined
      ? ['for a key made with --bind, add --context kmsx:id=ID with the DataKeyId of its export']
      : []),
    `otherwise ${label} was changed or cut short, or its KMS key is in another region or account`,
  ];
}

/** Whether a document's KeyId may be put into a command: an id or an ARN, never what looks like an option. */
function isKeyIdOfKms(keyId: string): boolean {
  return /^(?:acs:kms:[a-z0-9-]{1,63}:\d{1,32}:key\/)?[A-Za-z0-9][\w-]{0,127}$/.test(keyId);
}

/** A document's Endpoint is never called, only shown: the reader decides. */
function elsewhere({ kind }: KmsxError, { source, label, kms }: BackupFacts): readonly string[] {
  const { Endpoint, Rehearsal } = source;
  // The port of an embedded KMS changes with each start.
  if (Endpoint === undefined || Rehearsal === true || (kind !== 'kms' && kind !== 'unavailable'))
    return [];
  if (Endpoint === kms.endpoint) return [];
  const said = `${label} was made at ${JSON.stringify(Endpoint.slice(0, 200))}, but kmsx asked ${kms.endpoint}`;
  const option = gatewayOption(Endpoint);
  return [option === undefined ? said : `${said}: use ${option}`];
}

/** The option for an address of KMS itself; any other is for the reader to judge. */
function gatewayOption(endpoint: string): string | undefined {
  const instance = /^https:\/\/(kst-[a-z0-9-]{1,59})\.cryptoservice\.kms\.aliyuncs\.com$/.exec(
    endpoint,
  );
  if (instance !== null) return `--gateway ${instance[1] ?? ''}`;
  const shared = /^https:\/\/(kms|kms-vpc)\.([a-z0-9][a-z0-9-]{0,62})\.aliyuncs\.com$/.exec(
    endpoint,
  );
  if (shared === null) return undefined;
  const gateway = shared[1] === 'kms' ? 'public' : 'vpc';
  return `--gateway ${gateway} --region ${shared[2] ?? ''}`;
}
