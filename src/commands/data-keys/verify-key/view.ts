import type { VerifyResult } from '../../../data-key/verify/verify-key.ts';
import type { BackupVerdict } from '../../../data-key/verify/verify-backups.ts';
import type { KeyCheckValue } from '../../../documents/key-check-value.ts';
import type { View, ViewBlock, ViewRow } from '../../../terminal/output/view.ts';
import { fact } from '../../../terminal/output/view.ts';
import {
  checkValueBlock,
  checkValueLine,
  checkValueRows,
  counted,
  fingerprintRow,
} from '../../shared/view/rows.ts';

/**
 * Whether the backups hold the data key, what they were compared with, and by how much that tells.
 *
 * @param exportLabel - the export's name; undefined where check values alone were compared
 */
export function verifyView(result: VerifyResult, exportLabel: string | undefined): View {
  const { Match, KeyCheckValues, PublicKeyFingerprint, Backups } = result;
  return {
    ...verdictOf(result, exportLabel),
    blocks: [
      { rows: [...comparedRows(result, exportLabel), ...Backups.map(backupRow)] },
      ...(Match === true
        ? checkValueBlock(KeyCheckValues)
        : ownValues(KeyCheckValues, exportLabel)),
      ...(PublicKeyFingerprint === undefined
        ? []
        : [
            {
              title: 'The export was opened with the private half of this public key',
              rows: [fingerprintRow('SHA-256', PublicKeyFingerprint)],
            },
          ]),
    ],
  };
}

/** What a backup that differs is compared with. */
function ownValues(
  values: readonly KeyCheckValue[] = [],
  exportLabel: string | undefined,
): ViewBlock[] {
  if (exportLabel === undefined || values.length === 0) return [];
  return [{ title: `The data key of ${exportLabel} has`, rows: checkValueRows(values) }];
}

function verdictOf(
  { Match, Backups }: VerifyResult,
  exportLabel: string | undefined,
): Pick<View, 'verdict' | 'tone'> {
  const [first] = Backups;
  const all = Backups.length;
  const what =
    exportLabel === undefined
      ? 'a data key with the expected check value'
      : `the data key of ${exportLabel}`;
  if (Match === true) {
    return { verdict: `Match: ${counted(all, 'backup')} ${all === 1 ? 'holds' : 'hold'} ${what}` };
  }
  if (Match === undefined) {
    return { verdict: 'Not proved: not every backup could be compared', tone: 'warning' };
  }
  const differing = Backups.filter((backup) => backup.Match === false);
  if (differing.every(({ MatchesExport }) => MatchesExport === true)) {
    return { verdict: `No match: ${what} does not have the expected check value`, tone: 'bad' };
  }
  const whose =
    all === 1
      ? `${first?.File ?? ''} does not hold`
      : `${differing.length} of ${all} backups do not hold`;
  return { verdict: `No match: ${whose} ${what}`, tone: 'bad' };
}

function comparedRows(
  { NumberOfBytes, AssuranceBits, ExpectedCheckValues = [], BackupsOpenedIn }: VerifyResult,
  exportLabel: string | undefined,
): ViewRow[] {
  const where = BackupsOpenedIn === 'token' ? 'in the token' : 'in memory, in constant time';
  return [
    ...(exportLabel === undefined ? [] : [fact('compared', `the whole data key, ${where}`)]),
    ...(AssuranceBits === undefined
      ? []
      : [
          {
            label: 'expected',
            lines: [
              ...ExpectedCheckValues.map(checkValueLine),
              `${AssuranceBits} bits: ${AssuranceBits < 128 ? 'shows a mix-up, not an attack' : 'a proof'}`,
            ],
          },
        ]),
    ...(NumberOfBytes === undefined ? [] : [fact('data key', counted(NumberOfBytes, 'byte'))]),
  ];
}

function backupRow(verdict: BackupVerdict): ViewRow {
  const { File, Match, Error: failure, KeyId, KeyCheckValues = [] } = verdict;
  if (Match === true) {
    const under = KeyId === undefined ? [] : [`under the KMS key ${KeyId}`];
    return { label: File, lines: ['holds the data key', ...under] };
  }
  if (failure !== undefined || Match === undefined) {
    const word = Match === false ? 'REFUSED' : 'not compared';
    return fact(File, `${word}: ${failure?.Message ?? 'KMS was not asked'}`);
  }
  return { label: File, lines: [differenceOf(verdict), ...KeyCheckValues.map(checkValueLine)] };
}

function differenceOf({ MatchesExport }: BackupVerdict): string {
  return MatchesExport === true
    ? 'holds the data key of the export, with OTHER check values than expected:'
    : 'holds ANOTHER data key, with the check values';
}
