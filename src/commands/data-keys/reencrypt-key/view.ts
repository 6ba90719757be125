import type { BackupSource } from '../../../data-key/backup-source.ts';
import type { ReencryptedBackup } from '../../../data-key/reencrypt/reencrypt.ts';
import type { View, ViewRow } from '../../../terminal/output/view.ts';
import { fact, nextBlock } from '../../../terminal/output/view.ts';
import type { RepeatedConnection } from '../../shared/view/command-line.ts';
import { commandLine, connectionValues, storeValues } from '../../shared/view/command-line.ts';
import { contextRows } from '../../shared/view/rows.ts';

interface ReencryptFacts {
  readonly made: ReencryptedBackup;
  readonly source: BackupSource;
  /** What the old backup is called. */
  readonly label: string;
  /** The new backup goes to standard output. */
  readonly isResult: boolean;
  readonly options: RepeatedConnection & { readonly expectCheckValue: readonly string[] };
  readonly backupRows: readonly ViewRow[];
  /** What reads the new backup again. */
  readonly against: readonly string[];
}

/** Under which KMS key the new backup is, where it lies, and how it was verified. */
export function reencryptView(facts: ReencryptFacts): View {
  const { made, source, label, isResult, options, backupRows, against } = facts;
  const [checkValue] = options.expectCheckValue;
  const { document, refusal } = made;
  const [first] = against;
  return {
    verdict: `Re-encrypted the data key of ${label}`,
    blocks: [
      {
        rows: [
          ...(source.KeyId === undefined ? [] : [fact('old KMS key', source.KeyId)]),
          { label: 'new KMS key', lines: [document.KeyId, `version ${document.KeyVersionId}`] },
          ...contextRows(document.EncryptionContext),
          fact(
            'verified',
            refusal === undefined
              ? 'KMS opened both backups: they hold the same data key'
              : 'the new backup has the expected check value of 128 bits',
          ),
          ...(isResult
            ? [fact('new backup', 'above, and nowhere else: --backup FILE keeps it')]
            : backupRows),
        ],
      },
      ...nextBlock(
        first === undefined
          ? []
          : [
              commandLine(
                ['verify-key'],
                [
                  ['--against', [...(label === 'standard input' ? [] : [label]), first]],
                  ['--expect-check-value', checkValue ?? 'CHECK_VALUE'],
                  ...storeValues([label, first], options),
                  ...connectionValues(options),
                ],
              ),
            ],
      ),
    ],
  };
}
