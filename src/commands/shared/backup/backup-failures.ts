import { KmsxError } from '../../../base/error.ts';
import { shellWord } from '../../../base/shell-word.ts';
import { hintsFor } from '../../../terminal/messages.ts';
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
  /** What a command knows better of some errors. */
  readonly hintsFor?: (error: KmsxError) => readonly string[] | undefined;
}

/** Parameters that say for whom a data key is exported, and nothing of the backup. */
const OF_RECIPIENT: readonly (string | undefined)[] = [
  'PublicKeyBlob',
  'WrappingAlgorithm',
  'WrappingKeySpec',
];

/**
 * Runs calls of KMS on a backup. Where KMS refuses them, the hints tell what it can mean for this backup, and where
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

/** Tells whether KMS could not open what it was given: a wrong context, a damaged ciphertext, another key's. */
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

/** KMS tells a wrong context, a changed ciphertext and another account's key alike. */
function contextHints({ EncryptionContext, KeyId }: BackupSource, label: string): string[] {
  if (KeyId !== undefined) {
    return [
      `${label} does not open as it is: its encryption context or CiphertextBlob was changed, or its KMS key is in another region or account`,
      isKeyIdOfKms(KeyId)
        ? `kmsx list-keys shows whether ${KeyId} is a key of this region and account; another account's key needs its key policy too`
        : 'its KeyId is none that KMS gives: it was changed; take the original document',
    ];
  }
  return [
    EncryptionContext === undefined
      ? `${label} does not tell its encryption context: if it has one, repeat it with --context NAME=VALUE`
      : `is --context exactly the one that ${label} was made with? names and values count, the order does not`,
    ...(dataKeyIdOf(EncryptionContext) === undefined
      ? [
          'of a key made with --bind, --context kmsx:id=ID is a part too: the DataKeyId of its export',
        ]
      : []),
    `else ${label} was changed or cut short, or its KMS key is in another region or account`,
  ];
}

/** Whether a document's KeyId may stand in a command: an id or an ARN, and nothing that a program takes for an option. */
function isKeyIdOfKms(keyId: string): boolean {
  return /^(?:acs:kms:[a-z0-9-]{1,63}:\d{1,32}:key\/)?[A-Za-z0-9][\w-]{0,127}$/.test(keyId);
}

/** A document's Endpoint is never called, only told: whoever reads it decides. */
function elsewhere({ kind }: KmsxError, { source, label, kms }: BackupFacts): readonly string[] {
  const { Endpoint, Rehearsal } = source;
  // An embedded KMS has another port each time.
  if (Endpoint === undefined || Rehearsal === true || (kind !== 'kms' && kind !== 'unavailable'))
    return [];
  if (Endpoint === kms.endpoint) return [];
  const said = `${label} says that it was made at ${JSON.stringify(Endpoint.slice(0, 200))}, and ${kms.endpoint} was asked`;
  const option = gatewayOption(Endpoint);
  return [option === undefined ? said : `${said}: ${option} leads there`];
}

/** How to get to an address of KMS's own; any other is for the reader to judge. */
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
