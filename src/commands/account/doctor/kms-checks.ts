import { isNoPermission } from '../../../answers/refusal.ts';
import type { KmsxError } from '../../../base/error.ts';
import { dryRunExport } from '../../../data-key/export.ts';
import { makeOneTimeKey, oneTimeAlgorithm } from '../../../data-key/one-time-export.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import type { KeyMetadata } from '../../../kms/types.ts';
import { isDedicated } from '../../shared/backup/backup-places.ts';
import { checkBackup, checkBackupFile } from './backup-checks.ts';
import type { Findings, Outcome, Verdict } from './check.ts';
import { notReached, outcomeOf } from './check.ts';
import {
  checkDescribedKey,
  checkKeyByDryRun,
  checkPermission,
  checkSignature,
  isNotOffered,
} from './key-checks.ts';
import type { Asked, Subject } from './subject.ts';
import { GIVE_KEY, PERMISSIONS } from './subject.ts';

/**
 * Asks KMS about signature, key and permissions, and adds what it says: `signature`, `key`, `permission:…`.
 *
 * @returns how the key was found, for the check of the access from the Internet
 */
export async function checkKms(
  subject: Subject,
  findings: Findings,
): Promise<Outcome<KeyMetadata | undefined> | undefined> {
  const { plan, kms, gateway, backup } = subject;
  if (plan !== undefined && kms !== undefined && gateway !== undefined) {
    return await askKms({ ...subject, plan, kms, gateway }, findings);
  }
  const blocked = notReached(subject.blocked ?? 'KMS cannot be asked');
  const [ofKey, ...ofBackup] = PERMISSIONS.map((action) => `permission:${action}`);
  for (const check of ['signature', 'key', ofKey ?? '']) await findings.add(check, () => blocked);
  if (backup !== undefined) await findings.add('backup', () => checkBackupFile(backup, blocked));
  for (const check of ofBackup) await findings.add(check, () => blocked);
  return undefined;
}

async function askKms(
  subject: Asked,
  findings: Findings,
): Promise<Outcome<KeyMetadata | undefined> | undefined> {
  const { kms, keyId, gateway } = subject;
  const generate = once(() => outcomeOf(() => dryRunGenerate(subject)));
  const described =
    keyId === undefined || isDedicated(gateway)
      ? undefined
      : await outcomeOf(() => kms.keys.describe(keyId.text));

  const first = described ?? (await firstCall(subject, generate));
  await findings.add('signature', () =>
    first === undefined
      ? notReached('a dedicated gateway is asked about a key, and there is no --key-id', GIVE_KEY)
      : checkSignature(first),
  );
  const blocked = findings.hasFailed('signature')
    ? notReached('the signature was not accepted')
    : undefined;
  const noKey = keyId === undefined ? notReached('no --key-id', GIVE_KEY) : blocked;

  await findings.add('key', () => noKey ?? checkKey(subject, described, generate));
  await findings.add('permission:GenerateAndExportDataKey', async () => {
    if (noKey !== undefined) return noKey;
    if (findings.hasFailed('key')) return notReached('the key cannot be used');
    const where = `on ${keyId?.text ?? ''}`;
    return checkPermission(await generate(), 'GenerateAndExportDataKey', subject, where);
  });
  const ownKeyId = keyId?.id ?? (described?.ok === true ? described.value.keyId : undefined);
  await checkBackup({ ...subject, ownKeyId }, blocked, findings);
  if (noKey !== undefined) return undefined;
  const isTold = described !== undefined && (described.ok || !isUntold(described.error));
  return isTold ? described : withoutMetadata(await generate());
}

type DryRun = () => Promise<Outcome<void>>;

/** The first signed call where there is no key to describe; undefined where there is none to make. */
async function firstCall(
  { kms, keyId, gateway }: Asked,
  generate: DryRun,
): Promise<Outcome<unknown> | undefined> {
  if (keyId !== undefined) return await generate();
  if (isDedicated(gateway)) return undefined;
  return await outcomeOf(() => kms.keys.list({ pageNumber: 1, pageSize: 1 }));
}

/** By DescribeKey; where that is not there, or not allowed, by the dry run. */
async function checkKey(
  { keyId, now, kms }: Asked,
  described: Outcome<KeyMetadata> | undefined,
  generate: DryRun,
): Promise<Verdict> {
  if (described === undefined) {
    return checkKeyByDryRun(await generate(), 'a dedicated gateway has no DescribeKey');
  }
  if (described.ok) {
    const known = { keyId: keyId?.text ?? '', now, isRehearsal: kms.isRehearsal, dryRun: generate };
    return await checkDescribedKey(described.value, known);
  }
  const { error } = described;
  if (!isUntold(error)) throw error;
  if (isNotOffered(error)) {
    return checkKeyByDryRun(await generate(), 'this gateway has no DescribeKey');
  }
  const why = 'DescribeKey, which export-key does not need, is not allowed';
  return checkKeyByDryRun(await generate(), why);
}

/** Whether DescribeKey says nothing of the key itself. */
function isUntold(error: KmsxError): boolean {
  return isNotOffered(error) || isNoPermission(error);
}

function withoutMetadata(dryRun: Outcome<unknown>): Outcome<undefined> {
  return dryRun.ok ? { ok: true, value: undefined } : dryRun;
}

/** Nothing is generated, so that a one-time key will do where no public key is given. */
async function dryRunGenerate({ kms, keyId, recipients, context }: Asked): Promise<void> {
  if (keyId === undefined) throw new TypeError('a key is asked about');
  const [first = await oneTimeRecipient()] = recipients;
  const size = { keySpec: 'AES_256' } as const;
  await dryRunExport({ keyId: keyId.text, recipients: [first], size, context }, kms);
}

async function oneTimeRecipient(): Promise<Recipient> {
  const { publicKey } = await makeOneTimeKey();
  return { publicKey, algorithm: oneTimeAlgorithm(32) };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}
