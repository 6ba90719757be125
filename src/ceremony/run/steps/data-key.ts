import type { JsonObject } from '../../../base/json.ts';
import { parseJson } from '../../../base/json.ts';
import type { BackupDocument } from '../../../documents/backup-document.ts';
import { envelopeFingerprint } from '../../../documents/envelope-fingerprint.ts';
import type { ExportDocument } from '../../../documents/export-document.ts';
import { readEnvelope } from '../../../documents/read-document.ts';
import { kmsxError } from '../../../base/error.ts';
import type { PlanRecipient } from '../../plan/plan.ts';
import type { Step } from '../../steps.ts';
import { recipientOf } from '../../steps.ts';
import { knownOf } from '../known.ts';
import { assertAnsweredAsPlanned, assertOfPlan } from './of-plan.ts';
import { isFilePlace } from '../../plan/place-of.ts';
import { filesIn } from '../names.ts';
import type { Call, Findings, Stage } from '../stage.ts';

/**
 * Asks KMS whether it would make the data key.
 *
 * @throws KmsxError `rehearsal-mixed` where the embedded KMS answers, and the plan is not for practice
 */
export async function tryOut(_: Step, stage: Stage): Promise<Findings> {
  const { printed, typed } = await stage.call(exportCall(stage, [['--dry-run', true]]));
  const found = parseJson(printed, 'export-key --dry-run') as JsonObject;
  assertAnsweredAsPlanned(found['Rehearsal'] === true, stage);
  return { commands: [typed], facts: { DryRun: found } };
}

/**
 * Makes the data key, its backups and the export for the first recipient. What an interrupted run generated is gone on from:
 * the backup in the folder is written before anything else.
 *
 * @throws KmsxError `plan-unsound` where the places are no longer what they were; `output-exists` for a backup that the
 * ceremony did not make; `data-keys-differ` for one that is not of its plan
 */
export async function makeDataKey(step: Step, stage: Stage, wasBegun: boolean): Promise<Findings> {
  const recipient = recipientOf(step);
  const files = filesIn(stage.folder);
  const commands: string[] = [];
  const places = placesOf(stage);
  await stage.assertSound();
  if (wasBegun && stage.exists(files.backup)) {
    assertOfPlan(await readBackup(files.backup, stage), stage);
    await stage.keepBackup(await stage.read(files.backup), places);
    if (!stage.exists(files.export(recipient))) {
      commands.push(await exportAgain(recipient, stage));
    }
  } else {
    const { typed } = await stage.call(exportCall(stage, [['--out', files.export(recipient)]]));
    commands.push(typed);
  }
  const backup = await readBackup(files.backup, stage);
  assertOfPlan(backup, stage);
  const { KeyId, KeyVersionId, DataKeyId, NumberOfBytes, Region, Endpoint } = backup;
  const exported = await readExport(recipient, stage);
  return {
    commands,
    requestIds: [exported.RequestId],
    files: [files.backup, ...places.filter(isFilePlace), files.export(recipient)],
    facts: {
      Recipient: recipient.Name,
      KeyId,
      KeyVersionId,
      CiphertextBlobFingerprint: envelopeFingerprint(backup.CiphertextBlob),
      ...(DataKeyId !== undefined && { DataKeyId }),
      ...(NumberOfBytes !== undefined && { NumberOfBytes }),
      ...(backup.EncryptionContext !== undefined && {
        EncryptionContext: backup.EncryptionContext,
      }),
      ...(Region !== undefined && { Region }),
      ...(Endpoint !== undefined && { Endpoint }),
      ...(backup.Rehearsal === true && { Rehearsal: true }),
      ...exportFacts(exported),
      Backups: places,
    },
  };
}

/** Exports the data key to another recipient. */
export async function makeExport(step: Step, stage: Stage): Promise<Findings> {
  const recipient = recipientOf(step);
  const path = filesIn(stage.folder).export(recipient);
  const commands = stage.exists(path) ? [] : [await exportAgain(recipient, stage)];
  const exported = await readExport(recipient, stage);
  return {
    commands,
    requestIds: [exported.RequestId],
    files: [path],
    facts: { Recipient: recipient.Name, ...exportFacts(exported) },
  };
}

/** Where the plan wants backups, beside the one in the folder. */
export function placesOf({ plan, placeOf }: Stage): string[] {
  return plan.Backups.map(placeOf);
}

function exportCall(stage: Stage, more: Call['options']): Call {
  const { plan, folder } = stage;
  const [recipient] = plan.Recipients;
  const { KeySpec, NumberOfBytes, Context = {}, Bind } = plan;
  return {
    words: ['export-key'],
    options: [
      ['--key-id', plan.KeyId],
      ...recipientOptions(recipient, stage),
      ['--key-spec', KeySpec],
      ['--number-of-bytes', NumberOfBytes?.toString()],
      ['--context', Object.entries(Context).map(([name, value]) => `${name}=${value}`)],
      ['--bind', Bind ? true : undefined],
      ['--backup', [filesIn(folder).backup, ...placesOf(stage)]],
      ...more,
    ],
    takes: ['connection', 'store'],
  };
}

/** The fingerprint was compared: no other key than that one gets the data key. */
function recipientOptions(recipient: PlanRecipient, { folder, record }: Stage): Call['options'] {
  const known = knownOf(record.events).wrappingKeys.get(recipient.Name);
  return [
    ['--pubkey', filesIn(folder).publicKey(recipient)],
    ['--expect-fingerprint', known?.PublicKeyFingerprint],
    ['--wrapping-algorithm', known?.WrappingAlgorithm],
  ];
}

async function exportAgain(recipient: PlanRecipient, stage: Stage): Promise<string> {
  const files = filesIn(stage.folder);
  const { typed } = await stage.call({
    words: ['reexport-key'],
    options: [
      ['--in', files.backup],
      ...recipientOptions(recipient, stage),
      ['--out', files.export(recipient)],
    ],
    takes: ['connection'],
  });
  return typed;
}

/** @throws KmsxError `document-malformed` and those of `readEnvelope` */
async function readBackup(path: string, stage: Stage): Promise<BackupDocument> {
  const envelope = readEnvelope(await stage.read(path), path);
  if (envelope.kind === 'backup') return envelope.document;
  throw kmsxError('document-malformed', `${path} is not a backup document`, {
    details: { label: path },
  });
}

/**
 * Reads the export of a recipient: it is of the backup, and for the wrapping key that was compared.
 *
 * @throws KmsxError `data-keys-differ`, `document-malformed` and those of `readEnvelope`
 */
async function readExport(recipient: PlanRecipient, stage: Stage): Promise<ExportDocument> {
  const files = filesIn(stage.folder);
  const path = files.export(recipient);
  const envelope = readEnvelope(await stage.read(path), path);
  if (envelope.kind === 'export') {
    const { document } = envelope;
    const known = knownOf(stage.record.events).wrappingKeys.get(recipient.Name);
    const backup = await readBackup(files.backup, stage);
    const isForThis = document.PublicKeyFingerprint === known?.PublicKeyFingerprint;
    if (isForThis && document.CiphertextBlob === backup.CiphertextBlob) return document;
    throw kmsxError('data-keys-differ', `${path} is not an export of this data key for this key`);
  }
  throw kmsxError('document-malformed', `${path} is not an export document`, {
    details: { label: path },
  });
}

function exportFacts({
  PublicKeyFingerprint,
  ExportedDataKey,
  WrappingAlgorithm,
  WrappingKeySpec,
}: ExportDocument): JsonObject {
  return {
    PublicKeyFingerprint,
    ExportedDataKeyFingerprint: envelopeFingerprint(ExportedDataKey),
    WrappingAlgorithm,
    WrappingKeySpec,
  };
}
