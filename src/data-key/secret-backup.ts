import { KmsxError, kmsxError } from '../base/error.ts';
import { SECRET_PREFIX } from '../base/place-prefixes.ts';
import { denialHint } from '../answers/denial.ts';
import { isNoPermission, KmsRefused } from '../answers/refusal.ts';
import type { KmsClient, NewSecret } from '../kms/types.ts';

/** KMS's rule for the name of a generic secret (help 154490). */
const SECRET_NAME = /^(?!acs\/)[A-Za-z0-9_/+=.@-]{1,192}$/;

/**
 * Checks the name of a secret by KMS's own rule, so that a wrong one is found before a data key is made.
 *
 * @throws KmsxError `secret-name-malformed`
 */
export function assertSecretName(name: string): void {
  if (SECRET_NAME.test(name)) return;
  throw kmsxError(
    'secret-name-malformed',
    `${SECRET_PREFIX}${name} has a name that KMS does not allow for a secret`,
    { details: { name } },
  );
}

/**
 * Asks whether a secret name is free, with DescribeSecret, which returns no value.
 *
 * @returns true if it is free; false if these credentials may not ask
 * @throws KmsxError `secret-exists`; those of KMS
 */
export async function assertSecretFree(name: string, kms: KmsClient): Promise<boolean> {
  try {
    await kms.describeSecret(name);
  } catch (error) {
    if (isMissing(error)) return true;
    if (isNoPermission(error)) return false;
    throw naming(error, name, 'DescribeSecret', kms);
  }
  throw secretExists(name);
}

/**
 * Keeps a backup as a new secret of KMS with CreateSecret, which never adds to an existing secret. If its answer was
 * lost, the secret is read back: it is this backup if it has the same version id and the same text.
 *
 * The largest document fits: its context has 8,192 characters of JSON at most, 24 KiB in UTF-8, and a secret takes 30 KiB.
 *
 * @param secret - its version id must be random, and made once for all attempts
 * @throws KmsxError `secret-exists`; those of KMS
 */
export async function createSecretBackup(secret: NewSecret, kms: KmsClient): Promise<void> {
  try {
    await kms.createSecret(secret);
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    const exists = error instanceof KmsRefused && error.about === 'exists';
    if (!exists && !isUnanswered(error)) throw naming(error, secret.name, 'CreateSecret', kms);
    const found = await readBack(secret, kms);
    if (found === 'same') return;
    if (found === 'unreadable') {
      throw exists ? perhapsThisBackup(secret, error) : perhapsMade(secret, error);
    }
    if (found === 'other' || exists) throw secretExists(secret.name, error);
    throw naming(error, secret.name, 'CreateSecret', kms);
  }
}

/**
 * Reads a backup that is kept as a secret of KMS: the text of its current version, GetSecretValue.
 *
 * @throws KmsxError those of KMS
 */
export async function readSecretBackup(name: string, kms: KmsClient): Promise<Buffer> {
  try {
    return Buffer.from((await kms.getSecretValue(name)).text);
  } catch (error) {
    throw naming(error, name, 'GetSecretValue', kms);
  }
}

async function readBack(
  { name, versionId, text }: NewSecret,
  kms: KmsClient,
): Promise<'same' | 'other' | 'absent' | 'unreadable'> {
  try {
    const found = await kms.getSecretValue(name);
    return found.versionId === versionId && found.text === text ? 'same' : 'other';
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    return isMissing(error) ? 'absent' : 'unreadable';
  }
}

/** No answer, or a malformed one: the secret may have been created. */
function isUnanswered({ kind, code }: KmsxError): boolean {
  return kind === 'unavailable' || code === 'answer-malformed';
}

function secretExists(name: string, cause?: unknown): KmsxError {
  return kmsxError('secret-exists', `${SECRET_PREFIX}${name} already exists`, { cause });
}

/** It exists, and an attempt of this run may have created it. */
function perhapsThisBackup({ name, versionId }: NewSecret, cause: unknown): KmsxError {
  return secretExists(name, cause).with({
    message: `${SECRET_PREFIX}${name} exists; kmsx could not read whether it holds this backup`,
    hints: [versionHint(name, versionId)],
  });
}

/** Neither CreateSecret nor reading it back was answered. */
function perhapsMade({ name, versionId }: NewSecret, error: KmsxError): KmsxError {
  return error.with({
    message: `${SECRET_PREFIX}${name}: ${error.message}; it may have been made`,
    hints: [versionHint(name, versionId)],
  });
}

function versionHint(name: string, versionId: string): string {
  return `aliyun kms ListSecretVersionIds --SecretName ${name} shows the version ${versionId} if so`;
}

/** The error with the secret's name in front, and a missing permission as a RAM policy names it. */
function naming(error: unknown, name: string, action: string, { region }: KmsClient): unknown {
  if (!(error instanceof KmsxError)) return error;
  const label = `${SECRET_PREFIX}${name}`;
  if (!isNoPermission(error)) {
    return error.with({ message: `${label}: ${error.message}` });
  }
  const message = `${label}: these credentials have no permission for ${action}`;
  const place = action === 'CreateSecret' ? 'secret' : `secret/${name}`;
  const resource = `acs:kms:${region ?? '*'}:*:${place}`;
  const { denial } = error;
  if (denial === undefined) {
    const hints = [`allow kms:${action} on ${resource} in a RAM policy`];
    return error.with({ message, hints });
  }
  // KMS has said who lacks what, and mostly on which resource.
  const more =
    denial.resource === undefined ? [`the Resource of its statement is ${resource}`] : [];
  return error.with({ message, hints: [denialHint(denial), ...more] });
}

function isMissing(error: unknown): boolean {
  return error instanceof KmsRefused && error.about === 'secret-missing';
}
