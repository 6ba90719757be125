import { KmsxError, kmsxError } from '../../../base/error.ts';
import { assertOneStdin } from '../../../terminal/files/inputs.ts';
import { printResults } from '../../../terminal/output/json-output.ts';
import type { Session } from '../../../terminal/session.ts';
import { table } from '../../../terminal/output/table.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import { isNoPermission } from '../../../answers/refusal.ts';
import type { PermissionCheck, PermissionVerdict } from '../../../account/permissions.ts';
import { checkPermissions } from '../../../account/permissions.ts';
import { permissionsFor } from '../../../account/ram-policy.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import { readBackupPlace } from '../../shared/backup/backup-input.ts';
import { isDedicated, secretNameOf } from '../../shared/backup/backup-places.ts';
import { connect } from '../../shared/connect.ts';
import type { ConnectionPlan } from '../../shared/connection-options.ts';
import { planConnection } from '../../shared/connection-options.ts';
import { contextInput, readContext } from '../../shared/context-options.ts';
import { assertRehearsalMatches, warnOfRehearsal } from '../../shared/rehearsal.ts';
import { assertOneRegion, withKeyRegion } from '../../shared/key-region.ts';
import type { PolicyOptions, PolicyPlan } from '../../shared/policy-options.ts';
import { keyOrAlias, resolved, resolvedIfAllowed } from './alias.ts';
import { keysOf, policyRequest } from '../../shared/policy-options.ts';

/**
 * Asks KMS whether these credentials have each permission, and prints what it says.
 *
 * @throws KmsxError those of reading backups and of KMS; `permission-missing`, `permissions-unasked`
 */
export async function checkPolicy(
  options: PolicyOptions,
  plan: PolicyPlan,
  session: Session,
): Promise<void> {
  assertOneStdin([
    ...options.in.map((path) => ({ option: '--in', path })),
    ...contextInput(options),
  ]);
  const { context } = await readContext(options, session, 'repeated');
  const backups: BackupAtPlace[] = [];
  for (const place of options.in) backups.push(await readBackupPlace(place, context, session));
  const keys = keysOf(plan);
  const documentRegion = backups.find(({ known }) => known?.Region !== undefined)?.known?.Region;
  const connection = await planConnection(
    withKeyRegion(options, keys),
    { documentRegion },
    session,
  );
  assertOneRegion(keys, { ...options, documentRegion });
  for (const { known, label } of backups) {
    if (known !== undefined) assertRehearsalMatches(known, connection, label);
  }
  assertResolvable(keys, connection);
  const open = await connect(connection, session);
  const { kms } = open;
  try {
    const check = await askAll(plan, backups, kms, connection, session);
    await warnOfRehearsal(kms, session);
    const lines = kms.isRehearsal
      ? check.verdicts.map((verdict) => ({ ...verdict, Rehearsal: true }))
      : check.verdicts;
    await printResults(lines, verdictTable, session);
    for (const { Action, Reason = '' } of check.unaskable) {
      await session.reporter.warn(`${Action} was ${Reason}`);
    }
    conclude(check, plan);
  } finally {
    await open.close();
  }
}

async function askAll(
  plan: PolicyPlan,
  backups: readonly BackupAtPlace[],
  kms: KmsClient,
  connection: ConnectionPlan,
  session: Session,
): Promise<PermissionCheck> {
  const key = plan.key && (await resolvedIfAllowed(plan.key, kms));
  const newKey = plan.newKey && (await resolved(plan.newKey, kms));
  const sourceKey = plan.sourceKey && (await resolved(plan.sourceKey, kms));
  const keptSecrets = new Map<string, KmsxError | undefined>();
  const sources: (readonly [BackupAtPlace, BackupSource])[] = [];
  for (const backup of backups) {
    const name = secretNameOf(backup.label);
    const source = await readSource(backup, kms, connection);
    if (name !== undefined) keptSecrets.set(name, source instanceof KmsxError ? source : undefined);
    if (!(source instanceof KmsxError)) sources.push([backup, source]);
  }
  for (const [{ label }, { KeyId }] of sources) {
    if (key === undefined || key.id !== undefined || KeyId === undefined) continue;
    await session.reporter.warn(
      `${label} is under ${KeyId}; whether ${key.text} leads there is not known without kms:DescribeKey`,
    );
  }
  const request = policyRequest({ ...plan, key, newKey, sourceKey }, (each) =>
    keyOrAlias(each, kms.region),
  );
  return await checkPermissions(permissionsFor(request), {
    kms,
    keyId: key?.text,
    newKey,
    fromRsaKey: sourceKey !== undefined,
    ...sortByKey(sources, key, newKey),
    keptSecrets,
    isDedicated: isDedicated(connection.gateway),
  });
}

/** A backup that is no one's to read is an answer too; what else goes wrong with it is not. */
async function readSource(
  backup: BackupAtPlace,
  kms: KmsClient,
  connection: ConnectionPlan,
): Promise<BackupSource | KmsxError> {
  try {
    return await backup.source(kms, connection);
  } catch (error) {
    if (isNoPermission(error)) return error;
    throw error;
  }
}

/** A backup that does not tell its key, or whose key can't be compared, is taken for one under the key. */
function sortByKey(
  sources: readonly (readonly [BackupAtPlace, BackupSource])[],
  key: KeyIdentifier | undefined,
  newKey: KeyIdentifier | undefined,
): { readonly backup: BackupSource | undefined; readonly newBackup: BackupSource | undefined } {
  let backup: BackupSource | undefined;
  let newBackup: BackupSource | undefined;
  for (const [{ label }, source] of sources) {
    const { KeyId } = source;
    if (KeyId === undefined || (key !== undefined && isOf(KeyId, key))) backup ??= source;
    else if (newKey !== undefined && isOf(KeyId, newKey)) newBackup ??= source;
    else if (key !== undefined && key.id === undefined) backup ??= source;
    else {
      throw kmsxError(
        'options-conflict',
        `${label} is under another KMS key than the options name`,
        { hint: `name the KMS key of ${label} with --key-id, or leave --in ${label} out` },
      );
    }
  }
  return { backup, newBackup };
}

function isOf(keyId: string, { id = '' }: KeyIdentifier): boolean {
  return keyId === id || keyId.endsWith(`:key/${id}`);
}

/** @throws KmsxError `operation-not-offered` */
function assertResolvable(keys: readonly KeyIdentifier[], { gateway }: ConnectionPlan): void {
  const alias = keys.find(({ id }) => id === undefined);
  if (alias === undefined || !isDedicated(gateway)) return;
  throw kmsxError(
    'operation-not-offered',
    `a dedicated gateway does not have DescribeKey, which tells the key behind ${alias.text}`,
    { action: 'DescribeKey' },
  );
}

/**
 * A script must not take a question that was not asked for a yes.
 *
 * @throws KmsxError `permission-missing`, what KMS refused otherwise, `permissions-unasked`
 */
function conclude(
  { verdicts, denied, failures, askable }: PermissionCheck,
  { key }: PolicyPlan,
): void {
  const missing = verdicts.filter(({ Allowed }) => Allowed === false);
  if (missing.length > 0) {
    const deny = denied.length === 0 ? 'none' : denied.length < missing.length ? 'some' : 'all';
    throw kmsxError('permission-missing', `these credentials lack ${namesOf(missing)}`, { deny });
  }
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  if (askable.length === 0) return;
  const hint = key === undefined ? { hint: 'give --key-id: a KMS key to describe' } : {};
  throw kmsxError('permissions-unasked', `not asked: ${namesOf(askable)}`, hint);
}

function namesOf(verdicts: readonly PermissionVerdict[]): string {
  return verdicts.map(({ Action, Resource }) => `${Action} on ${Resource}`).join(' and ');
}

function verdictTable(verdicts: readonly PermissionVerdict[]): string {
  return table(
    ['action', 'resource', 'allowed', 'reason'],
    verdicts.map(({ Action, Resource, Allowed, Reason = '' }) => [
      Action,
      Resource,
      Allowed === undefined ? '?' : Allowed ? 'yes' : 'no',
      Reason,
    ]),
  );
}
