import type { Decision } from '../../../account/decision.ts';
import { permissionQuestions } from '../../../account/permissions.ts';
import type { KeyMetadata } from '../../../kms/types.ts';
import { isDedicated } from '../../shared/backup/backup-places.ts';
import { checkBackup } from './backup-checks.ts';
import type { CheckResult, Findings } from './check.ts';
import { notReached } from './check.ts';
import type { DoctorConnection } from './connection.ts';
import type { KeyDecision } from './key-checks.ts';
import { checkDescribedKey, checkKeyByDryRun, checkSignature, isNotOffered } from './key-checks.ts';
import type { KmsSubject } from './permission-check.ts';
import { checkPermission, GIVE_KEY } from './permission-check.ts';

const NOT_ASKED: KeyDecision = { kind: 'not-asked', reason: 'no-key' };

/**
 * Asks KMS about signature, key and permissions, and adds `signature`, `key`, `backup` and `permission:…`.
 *
 * @returns how the key was found, for the check of the access from the Internet
 */
export async function checkKms(
  subject: KmsSubject,
  { access, blocked = 'KMS cannot be asked' }: DoctorConnection,
  findings: Findings,
): Promise<KeyDecision> {
  const { keyId, context, recipients } = subject;
  if (access === undefined) {
    const result = notReached(blocked);
    await findings.add('signature', () => result);
    await findings.add('key', () => result);
    await findings.add('permission:GenerateAndExportDataKey', () => result);
    await checkBackup(subject, { blocked: result }, findings);
    return NOT_ASKED;
  }
  const { kms, plan, gateway } = access;
  const permissions = {
    kms,
    isDedicated: isDedicated(gateway),
    keyId: keyId?.text,
    context,
    recipient: recipients[0],
  };
  const questions = permissionQuestions(permissions);
  const generate = questions['kms:GenerateAndExportDataKey'];
  const described = await questions['kms:DescribeKey']();
  const firstCall = keyId === undefined ? questions['kms:ListKeys'] : generate;
  const first = described.kind === 'not-asked' ? await firstCall() : described;

  await findings.add('signature', () => checkSignature(first));
  const refused = findings.hasFailed('signature')
    ? notReached('the signature was not accepted')
    : undefined;
  const noKey = keyId === undefined ? notReached('no --key-id', GIVE_KEY) : refused;
  await findings.add('key', () => noKey ?? checkKey(subject, described, generate, kms.isRehearsal));
  await findings.add('permission:GenerateAndExportDataKey', async () => {
    if (noKey !== undefined) return noKey;
    if (findings.hasFailed('key')) return notReached('the key cannot be used');
    const decision = await generate();
    return checkPermission(
      decision,
      'GenerateAndExportDataKey',
      subject,
      `on ${keyId?.text ?? ''}`,
    );
  });
  const ownKeyId = keyId?.id ?? (described.kind === 'granted' ? described.value.keyId : undefined);
  const asked = refused === undefined ? { plan, permissions, ownKeyId } : { blocked: refused };
  await checkBackup(subject, asked, findings);
  if (noKey !== undefined) return NOT_ASKED;
  if (!isUntold(described)) return described;
  const dryRun = await generate();
  return dryRun.kind === 'granted' ? { kind: 'granted', value: undefined } : dryRun;
}

/** By DescribeKey; if the gateway does not have it, or it is not allowed, by a dry run. */
async function checkKey(
  { keyId, now }: KmsSubject,
  described: Decision<KeyMetadata>,
  dryRun: () => Promise<Decision>,
  isRehearsal: boolean,
): Promise<CheckResult> {
  if (described.kind === 'granted') {
    const known = { keyId: keyId?.text ?? '', now, isRehearsal, dryRun };
    return await checkDescribedKey(described.value, known);
  }
  if (described.kind === 'failed' && !isNotOffered(described.error)) throw described.error;
  const why = {
    denied: 'DescribeKey, which export-key does not need, is not allowed',
    failed: 'this gateway has no DescribeKey',
    'not-asked': 'a dedicated gateway has no DescribeKey',
  };
  return checkKeyByDryRun(await dryRun(), why[described.kind]);
}

/** Whether the answer to DescribeKey says nothing about the key itself. */
function isUntold(described: Decision): boolean {
  if (described.kind === 'failed') return isNotOffered(described.error);
  return described.kind !== 'granted';
}
