import type { PlanFinding } from '../../../ceremony/plan/check/findings.ts';
import type { CeremonyPlan } from '../../../ceremony/plan/plan.ts';
import { isFilePlace } from '../../../ceremony/plan/place-of.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import type { Session } from '../../../terminal/session.ts';
import type { Finding } from '../../account/doctor/check.ts';
import { withDeadline } from '../../account/doctor/deadline.ts';
import { examine } from '../../account/doctor/examine.ts';
import { planForDoctor } from '../../account/doctor/plan.ts';
import { readSystemText } from '../../account/doctor/system-checks.ts';
import { readBackupPlaces } from '../../shared/backup/backup-places.ts';
import type { ConnectionOptions } from '../../shared/connection/connection-options.ts';
import { readLimits } from '../../shared/connection/connection-options.ts';
import type { StoreOptions } from '../../shared/store/store-options.ts';

/** What a ceremony runs. */
const COMMANDS = ['export-key', 'verify-key', 'recover-key'] as const;

/**
 * Asks KMS what `doctor` asks for what a ceremony runs: credentials, route, clock, KMS key, permission by dry run; and
 * whether secrets and names in a store are free.
 *
 * @param plan - of which key id and backups are in order
 * @throws KmsxError those of options that cannot be right
 */
export async function checkOnline(
  { KeyId, Context, Backups }: CeremonyPlan,
  options: ConnectionOptions & StoreOptions,
  session: Session,
): Promise<readonly PlanFinding[]> {
  const keyId = parseKeyId(KeyId);
  const { deadlineMs } = readLimits(options);
  const found: PlanFinding[] = [];
  await withDeadline(deadlineMs, session, async (bounded) => {
    const known = { keyRegion: keyId.region, documentRegion: undefined };
    const connection = await planForDoctor(options, known, bounded);
    const examination = {
      connection,
      keyId,
      commands: COMMANDS,
      context: Context,
      recipients: undefined,
      pubkeyPaths: [],
      backup: undefined,
      inputs: connection.plan?.inputs ?? [],
      places: readBackupPlaces(Backups.filter((place) => !isFilePlace(place))),
      storeOptions: options,
      out: undefined,
      readText: readSystemText,
    };
    await examine(
      examination,
      (finding) => {
        found.push(...ofDoctor(finding));
        return Promise.resolve();
      },
      bounded,
    );
  });
  return [...found, unasked(KeyId)];
}

function ofDoctor({ check, status, message, hint, error }: Finding): PlanFinding[] {
  if (status !== 'fail' && status !== 'warn') return [];
  const severity = status === 'fail' ? 'error' : 'warning';
  return [{ severity, code: error?.code ?? check, message: `${check}: ${message}`, hint }];
}

/** A dry run of them takes a backup, and there is none yet. */
function unasked(keyId: string): PlanFinding {
  return {
    severity: 'warning',
    code: 'permissions-unasked',
    message:
      'whether ExportDataKey and Decrypt are allowed cannot be asked before there is a backup',
    hint: `kmsx policy --for ${COMMANDS.join(',')} --key-id ${keyId} prints the policy that allows them`,
  };
}
