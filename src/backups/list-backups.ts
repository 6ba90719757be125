import { isNoPermission } from '../answers/refusal.ts';
import { KmsxError } from '../base/error.ts';
import { toDocument } from '../documents/backup-document.ts';
import type { BackupDocument } from '../documents/backup-document.ts';
import type { Envelope } from '../documents/read-document.ts';
import { isAnswerAbout } from '../kms/key-id.ts';
import { classify } from './classify.ts';
import type { OpenedPlace } from './opened-place.ts';
import type { ListedBackup } from './place.ts';
import type { KnownProofs } from './proofs.ts';

/** What `list-backups` prints of a backup: what its document says, and when it was proved. */
export interface ListedDocument extends Partial<
  Pick<
    BackupDocument,
    | 'KeyId'
    | 'KeyVersionId'
    | 'Region'
    | 'CreatedAt'
    | 'EncryptionContext'
    | 'DataKeyId'
    | 'NumberOfBytes'
    | 'Rehearsal'
  >
> {
  readonly Name: string;
  readonly Place: string;
  readonly LastProved?: string;
  /** Why it cannot be read. */
  readonly Unreadable?: string;
  readonly Code?: string;
}

/** How many backups there were. */
export interface BackupListing {
  readonly shown: number;
  /** Things of another kind. */
  readonly others: number;
  readonly unreadable: number;
  /** Where a key is asked for: how many do not say their own, and are shown all the same. */
  readonly withoutKey: number;
}

/** What is asked of a listing. */
export interface ListRequest {
  /** Only what depends on this KMS key, and what does not tell; its id or ARN. */
  readonly key: { readonly text: string } | undefined;
  readonly proofs: KnownProofs;
}

/**
 * Reads every backup of some places. One that cannot be read is shown whatever key is asked for: it may depend on it.
 *
 * @param take - gets each that is shown
 * @throws KmsxError those of listing; what KMS refuses for all secrets
 */
export async function listBackups(
  places: readonly OpenedPlace[],
  { key, proofs }: ListRequest,
  take: (document: ListedDocument) => Promise<void>,
): Promise<BackupListing> {
  let [shown, others, unreadable, withoutKey] = [0, 0, 0, 0];
  for (const at of places) {
    for await (const listed of at.place.list()) {
      const document = await describeBackup(at, listed, proofs);
      if (document === undefined) {
        others += 1;
        continue;
      }
      const { KeyId, Unreadable } = document;
      if (Unreadable !== undefined) unreadable += 1;
      else if (key !== undefined && KeyId === undefined) withoutKey += 1;
      else if (key !== undefined && !isAnswerAbout(key.text, KeyId ?? '')) continue;
      shown += 1;
      await take(document);
    }
    others += at.skipped();
  }
  return { shown, others, unreadable, withoutKey };
}

/** What is told of one thing in a place; undefined if it is no backup. */
async function describeBackup(
  at: OpenedPlace,
  { name, read }: ListedBackup,
  proofs: KnownProofs,
): Promise<ListedDocument | undefined> {
  const lastProved = proofs.of(at.id, name)?.lastProved?.toISOString();
  const place = at.place.label;
  try {
    const found = await classify(await read(), name);
    if (found.kind === 'other') return undefined;
    if (found.kind === 'unknown' && at.unrecognised === 'other') return undefined;
    if (found.kind !== 'backup') throw found.error;
    return toDocument<ListedDocument>({
      Name: name,
      Place: place,
      ...factsOf(found.envelope),
      LastProved: lastProved,
    });
  } catch (error) {
    if (!(error instanceof KmsxError) || isOfAll(error)) throw error;
    return toDocument<ListedDocument>({
      Name: name,
      Place: place,
      LastProved: lastProved,
      Unreadable: error.message,
      Code: error.code,
    });
  }
}

/** Whether an error would come for every other backup too. */
function isOfAll(error: KmsxError): boolean {
  const { kind } = error;
  return (
    kind === 'internal' ||
    kind === 'unavailable' ||
    (kind === 'credentials' && !isNoPermission(error))
  );
}

function factsOf(envelope: Envelope): Partial<ListedDocument> {
  switch (envelope.kind) {
    case 'backup': {
      const { KeyId, KeyVersionId, Region, CreatedAt, EncryptionContext } = envelope.document;
      const { DataKeyId, NumberOfBytes, Rehearsal } = envelope.document;
      return toDocument<Partial<ListedDocument>>({
        ...{ KeyId, KeyVersionId, Region, CreatedAt, EncryptionContext },
        ...{ DataKeyId, NumberOfBytes, Rehearsal },
      });
    }
    case 'answer':
      return toDocument<Partial<ListedDocument>>({
        KeyId: envelope.answer.KeyId,
        KeyVersionId: envelope.answer.KeyVersionId,
      });
    default:
      return {};
  }
}
