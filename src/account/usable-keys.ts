import { keyStateRefusal } from '../answers/key-state.ts';
import type { KeyMetadata } from '../kms/types.ts';

/** Whether `export-key` can use a KMS key. */
export interface Usability {
  /** Left out if it is not known. */
  readonly Usable?: boolean;
  /** Why not, or why it is not known. */
  readonly Reason?: string;
  /** What to consider although it can be used. */
  readonly Note?: string;
}

/** KMS's symmetric keys: Aliyun_AES_256, Aliyun_AES_128, Aliyun_AES_192, Aliyun_SM4. */
const SYMMETRIC = /^Aliyun_(?:AES_\d{3}|SM4)$/;

const ASYMMETRIC = /^(?:RSA|EC|ECC)_/;

const MAC = /^(?:Aliyun_)?HMAC_/;

/**
 * Whether a KMS key is a default key, of no KMS instance. They "do not support client-side data encryption" (KMS's
 * "getting started", 2026-01), while an API page reads as if they did: whether one exports only KMS can tell.
 */
export function isDefaultKey({ keyId, dkmsInstanceId }: KeyMetadata): boolean {
  return dkmsInstanceId === undefined && !keyId.startsWith('key-');
}

/** What is known apart from the answer to DescribeKey. */
export interface JudgeOptions {
  readonly now: Date;
  /** Whether the embedded KMS answered: `aliyun` would ask the real one. */
  readonly isRehearsal: boolean;
  /** Of the key, if they are known. */
  readonly aliases?: readonly string[] | undefined;
}

/**
 * Judges by the answer to DescribeKey whether GenerateAndExportDataKey takes a KMS key: a symmetric key for encryption
 * and decryption, Enabled, with key material that has not expired. Permissions are not considered.
 */
export function judgeKey(
  metadata: KeyMetadata,
  { now, isRehearsal, aliases = [] }: JudgeOptions,
): Usability {
  const reason = ofKind(metadata) ?? ofState(metadata, isRehearsal) ?? ofMaterial(metadata, now);
  if (reason !== undefined) return { Usable: false, Reason: reason };
  const { keySpec, keyUsage } = metadata;
  if (keySpec === undefined || keyUsage === undefined) {
    return { Reason: `KMS does not give its ${keySpec === undefined ? 'KeySpec' : 'KeyUsage'}` };
  }
  if (!SYMMETRIC.test(keySpec)) return { Reason: `kmsx does not know the key spec ${keySpec}` };
  const notes = notesOn(metadata, aliases);
  return { Usable: true, ...(notes.length > 0 && { Note: notes.join('; ') }) };
}

function ofKind({ keySpec, keyUsage }: KeyMetadata): string | undefined {
  if (keySpec !== undefined && ASYMMETRIC.test(keySpec)) {
    return `${keySpec} is asymmetric: data keys are generated under a symmetric key`;
  }
  if (keySpec !== undefined && MAC.test(keySpec)) {
    return `${keySpec} is for message authentication codes: data keys are encrypted`;
  }
  if (keyUsage !== undefined && keyUsage !== 'ENCRYPT/DECRYPT') {
    return `its usage is ${keyUsage}: data keys are encrypted`;
  }
  return undefined;
}

function ofState(metadata: KeyMetadata, isRehearsal: boolean): string | undefined {
  const { keyState, deleteDate, materialExpireTime } = metadata;
  switch (keyState) {
    case 'Enabled':
      return undefined;
    case 'Disabled':
      return `it is disabled: ${keyStateRefusal(metadata, isRehearsal).hints?.join('; ') ?? ''}`;
    case 'PendingDeletion':
      return `it will be deleted${deleteDate === undefined ? '' : ` on ${deleteDate}`}`;
    case 'PendingImport':
      return materialExpireTime === undefined
        ? 'its key material is not imported'
        : `its key material expired on ${materialExpireTime}, or is not imported`;
    default:
      return `its state is ${keyState}`;
  }
}

function ofMaterial({ materialExpireTime }: KeyMetadata, now: Date): string | undefined {
  const expires = Date.parse(materialExpireTime ?? '');
  if (Number.isNaN(expires) || expires > now.getTime()) return undefined;
  return `its key material expired on ${materialExpireTime ?? ''}`;
}

function notesOn(metadata: KeyMetadata, aliases: readonly string[]): readonly string[] {
  const { origin, materialExpireTime, dkmsInstanceId } = metadata;
  const notes: string[] = [];
  if (materialExpireTime !== undefined) {
    notes.push(`its key material expires on ${materialExpireTime}: no backup opens after that`);
  } else if (origin === 'EXTERNAL') {
    notes.push('its key material was imported: without a copy of it a deletion is for ever');
  }
  if (dkmsInstanceId !== undefined) {
    notes.push(
      `a key of the instance ${dkmsInstanceId}: from the Internet only where the instance allows it`,
    );
  }
  if (isDefaultKey(metadata)) {
    notes.push(
      'a default key: documented for server-side encryption alone; a dry run shows whether it exports',
    );
  }
  const service = aliases.find((alias) => alias.startsWith('alias/acs/'));
  if (service !== undefined) {
    notes.push(`${service} was made for a cloud product, and may refuse any other use`);
  }
  return notes;
}
