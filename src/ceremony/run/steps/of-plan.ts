import { kmsxError } from '../../../base/error.ts';
import { dataKeyLength } from '../../../data-key/export.ts';
import type { BackupDocument } from '../../../documents/backup-document.ts';
import { DATA_KEY_ID } from '../../../documents/encryption-context.ts';
import { sizeOf } from '../../plan/check/judge-plan.ts';
import { filesIn } from '../names.ts';
import type { Stage } from '../stage.ts';

/** Practice is with the embedded KMS or the real one, production with the real one alone; nobody attends a real one. */
export function assertAnsweredAsPlanned(isRehearsal: boolean, { plan }: Stage): void {
  if (isRehearsal && !plan.Practice) {
    throw kmsxError(
      'rehearsal-mixed',
      'the embedded KMS answers, and the plan is not for practice',
      { hints: ['write Practice: true into a copy of the plan, and rehearse that'] },
    );
  }
  if (isRehearsal || plan.Unattended !== true) return;
  throw kmsxError('rehearsal-mixed', 'an unattended practice is for the embedded KMS alone', {
    hints: ['give --gateway local; or take Unattended out of the plan'],
  });
}

/** @throws KmsxError `rehearsal-mixed`; `data-keys-differ` for the backup of another key than the plan's */
export function assertOfPlan(backup: BackupDocument, stage: Stage): void {
  const { plan, folder } = stage;
  assertAnsweredAsPlanned(backup.Rehearsal === true, stage);
  const context = Object.entries(backup.EncryptionContext ?? {});
  const given = context.filter(([name]) => !plan.Bind || name !== DATA_KEY_ID).sort();
  const length = dataKeyLength(sizeOf(plan));
  const differs = [
    ...(backup.NumberOfBytes === length ? [] : ['length']),
    ...(equalJson(given, Object.entries(plan.Context ?? {}).sort()) ? [] : ['context']),
    ...((backup.DataKeyId !== undefined) === plan.Bind ? [] : ['DataKeyId']),
  ];
  if (differs.length === 0) return;
  throw kmsxError(
    'data-keys-differ',
    `${filesIn(folder).backup} is not of this plan: another ${differs.join(', ')}`,
  );
}

function equalJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
