import { KmsxError } from '../base/error.ts';
import { classify } from '../backups/classify.ts';
import { makeProof } from '../backups/make-proof.ts';
import type { BackupSource } from '../data-key/backup-source.ts';
import { backupSourceOf } from '../data-key/backup-source.ts';
import type { OpenedBackup } from '../data-key/verify/opener.ts';
import { toDocument } from '../documents/backup-document.ts';
import { envelopeFingerprint } from '../documents/envelope-fingerprint.ts';
import type { KmsClient } from '../kms/types.ts';
import { compare } from './compare.ts';
import type { DrillLine, DrillOutcome } from './outcome.ts';
import { verdictOf } from './outcome.ts';
import type { Reach } from './reach.ts';
import type { QueuedBackup } from './queue.ts';
import type { DrillStage } from './stage.ts';

/**
 * Drills one backup. The data key is in memory for the comparison alone.
 *
 * @param pace - waits for the turn of a call
 * @throws KmsxError what keeps a proof from being written; all else is the outcome
 */
export async function drillOne(
  backup: QueuedBackup,
  stage: DrillStage,
  reach: Reach,
  pace: () => Promise<void>,
): Promise<DrillOutcome> {
  const { share } = stage;
  const claim = (await share?.take(backup)) ?? 'own';
  if (claim !== 'own') {
    return { verdict: claim === 'claimed' ? 'claimed' : 'elsewhere', line: lineOf(backup, {}) };
  }
  const outcome = await drillIt(backup, stage, reach, pace);
  await share?.end(backup, outcome.verdict !== 'unasked' && outcome.verdict !== 'left');
  return outcome;
}

async function drillIt(
  backup: QueuedBackup,
  stage: DrillStage,
  reach: Reach,
  pace: () => Promise<void>,
): Promise<DrillOutcome> {
  const asked = await ask(backup, stage, reach, pace);
  if (typeof asked === 'string') return { verdict: asked, line: lineOf(backup, {}) };
  if ('error' in asked) {
    const { KeyId, Region } = asked.source ?? {};
    return failed(backup, { KeyId, Region }, asked.error);
  }
  const { source, kms, opened } = asked;
  try {
    const facts = factsOf(asked, stage.shownCheckValues);
    const found = {
      dataKey: opened.dataKey,
      blobFingerprint: envelopeFingerprint(source.CiphertextBlob),
      context: source.EncryptionContext,
      isRehearsal: kms.isRehearsal,
    };
    const expected = stage.expectedOf(backup);
    const { difference, ...same } = compare(backup.listed.name, found, expected);
    if (difference !== undefined) return failed(backup, facts, difference);
    if (stage.keep !== undefined) {
      const proved = { name: backup.listed.name, placeId: backup.at.id, source, ...opened };
      await stage.keep(await makeProof({ ...proved, ...facts, ...same }, kms, stage.clock.now()));
    }
    return { verdict: 'proved', line: lineOf(backup, { ...facts, Opens: true, ...same }) };
  } finally {
    opened.dataKey.dispose();
  }
}

/** A backup that KMS opened. */
interface Asked {
  readonly source: BackupSource;
  readonly kms: KmsClient;
  readonly opened: OpenedBackup;
}

/** Reads a backup and has KMS open it, unless it is none or KMS is not asked any more. */
async function ask(
  { at, listed }: QueuedBackup,
  { kmsOf, opener }: DrillStage,
  reach: Reach,
  pace: () => Promise<void>,
): Promise<
  | Asked
  | { readonly source: BackupSource | undefined; readonly error: KmsxError }
  | 'skipped'
  | 'left'
> {
  const { name } = listed;
  let source: BackupSource | undefined;
  let where = at.id;
  try {
    if (reach.isGivenUp(where)) return 'left';
    if (at.isInKms) await pace();
    const found = await classify(await listed.read(), name);
    if (found.kind === 'other') return 'skipped';
    if (found.kind === 'unknown' && at.unrecognised === 'other') return 'skipped';
    if (found.kind !== 'backup') throw found.error;
    source = backupSourceOf(found.envelope, undefined, name);
    where = source.Region ?? '';
    if (reach.isGivenUp(where)) return 'left';
    const kms = await kmsOf(source, name);
    where = kms.endpoint;
    if (reach.isGivenUp(where)) return 'left';
    await pace();
    const opened = await opener(source, kms);
    reach.hear(where, undefined);
    return { source, kms, opened };
  } catch (error) {
    if (!(error instanceof KmsxError) || error.kind === 'internal') throw error;
    reach.hear(where, error);
    return { source, error };
  }
}

type Known = Omit<DrillLine, 'Name' | 'Place'>;
type Facts = { readonly [Name in keyof Known]?: Known[Name] | undefined };

function factsOf({ kms, opened }: Asked, shown: readonly string[] | undefined): Facts {
  const { dataKey, keyId, keyVersionId, requestId } = opened;
  const values = dataKey.checkValues(shown);
  return {
    KeyId: keyId,
    KeyVersionId: keyVersionId,
    Region: kms.region,
    NumberOfBytes: dataKey.length,
    KeyCheckValues: values.length === 0 ? undefined : values,
    RequestId: requestId,
    Rehearsal: kms.isRehearsal ? true : undefined,
  };
}

function failed(backup: QueuedBackup, facts: Facts, error: KmsxError): DrillOutcome {
  const verdict = verdictOf(error);
  const { code, message, requestId = facts.RequestId } = error;
  const line = lineOf(backup, {
    ...facts,
    Opens: verdict === 'unasked' ? undefined : verdict === 'another-key',
    RequestId: requestId,
    Code: code,
    Message: message,
  });
  return { verdict, line, error };
}

function lineOf({ at, listed, lastProved }: QueuedBackup, facts: Facts): DrillLine {
  const { Opens, SameKeyAs = 'nothing', AssuranceBits, Code, Message, ...rest } = facts;
  return toDocument<DrillLine>({
    Name: listed.name,
    Place: at.place.label,
    Opens,
    SameKeyAs,
    AssuranceBits,
    Code,
    Message,
    ...rest,
    LastProved: lastProved?.toISOString(),
  });
}
