import { kmsxError } from '../../../base/error.ts';
import { findExport } from '../../../data-key/find-export.ts';
import { oneTimeAlgorithm } from '../../../data-key/one-time-export.ts';
import type { ExportOpener } from '../../../data-key/verify/opener.ts';
import { openerInMemory } from '../../../data-key/verify/opener.ts';
import type { OpenableExport, VerifiableBackup } from '../../../data-key/verify/verify-backups.ts';
import { assertVerified } from '../../../data-key/verify/verify-backups.ts';
import { verifyKey } from '../../../data-key/verify/verify-key.ts';
import { parseExpectedCheckValue } from '../../../documents/key-check-value.ts';
import { exportBeside } from '../../shared/backup/export-beside.ts';
import { parseCheckValueMethods } from '../../shared/check-value-options.ts';
import { assertRehearsalMatches } from '../../shared/rehearsal.ts';
import type { Common, LineBackup, PrepareLine } from './line.ts';
import { backupOf, required } from './line.ts';
import { readLineExport } from './line-export.ts';

export const prepareVerify: PrepareLine = async (_, values, common) => {
  const { options, opener, heard, readers } = common;
  const against = required(values.Against, 'Against');
  const checkValues = (values.ExpectCheckValue ?? []).map(parseExpectedCheckValue);
  const shownCheckValues = parseCheckValueMethods(options.checkValueMethods);
  const { In, Privkey } = values;
  if (In === undefined && checkValues.length === 0) {
    throw kmsxError('bad-usage', 'In with Privkey is needed, or ExpectCheckValue', { hints: [] });
  }
  const input = In === undefined ? undefined : await readLineExport(In, 'export to verify', common);
  const document = input?.envelope.kind === 'export' ? input.envelope.document : undefined;
  if (document !== undefined) oneTimeAlgorithm(document.NumberOfBytes);
  let exported: OpenableExport | undefined;
  if (input !== undefined) {
    const key = await readers.privateKey(required(Privkey, 'Privkey', '--privkey'));
    const wrapped = findExport(input.envelope, input.algorithm, key, input.label);
    exported = { wrapped, privateKey: openerInMemory(key) };
  }
  const backups: LineBackup[] = [];
  for (const place of against) {
    const backup = await backupOf(place, undefined, undefined, common);
    if (backup.known !== undefined) oneTimeAlgorithm(backup.known.NumberOfBytes);
    if (document !== undefined) assertRehearsalMatches(document, backup.plan, input?.label ?? '');
    backups.push(backup);
  }
  return async () => {
    const { result, verification } = await verifyKey({
      exported: exported === undefined ? [] : [exported],
      opener,
      backups: backups.map((backup) => verifiable(backup, exported?.privateKey, common)),
      checkValues,
      shownCheckValues,
      isRehearsal: document?.Rehearsal === true,
    });
    await heard(verification);
    assertVerified(verification);
    return { ...result };
  };
};

function verifiable(
  backup: LineBackup,
  privateKey: ExportOpener | undefined,
  { readers }: Common,
): VerifiableBackup {
  const beside = privateKey && exportBeside(backup, privateKey);
  return {
    label: backup.label,
    beside: beside && [beside],
    kms: () => readers.kms(backup.plan),
    source: (kms) => backup.source(kms, backup.plan),
  };
}
