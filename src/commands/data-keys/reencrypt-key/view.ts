import type { BackupSource } from '../../../data-key/backup-source.ts';
import type { ReencryptedBackup } from '../../../data-key/reencrypt/reencrypt.ts';
import type { View, ViewRow } from '../../../terminal/output/view.ts';
import { fact, nextBlock } from '../../../terminal/output/view.ts';
import { sameEncryptionContext } from '../../../documents/encryption-context.ts';
import type { RepeatedOptions } from '../../shared/view/next-command.ts';
import { nextCommand } from '../../shared/view/next-command.ts';
import { contextRows } from '../../shared/view/rows.ts';

interface ReencryptFacts {
  readonly made: ReencryptedBackup;
  readonly source: BackupSource;
  /** What the old backup is called. */
  readonly label: string;
  /** The new backup goes to standard output. */
  readonly isResult: boolean;
  readonly options: RepeatedOptions & {
    readonly in: string;
    readonly expectCheckValue: readonly string[];
  };
  readonly backupRows: readonly ViewRow[];
  /** What reads the new backup again. */
  readonly against: readonly string[];
}

/** Under which KMS key the new backup is, where it lies, and how it was verified. */
export function reencryptView(facts: ReencryptFacts): View {
  const { made, source, label, isResult, backupRows } = facts;
  const { document, refusal } = made;
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
      ...nextBlock(verifyCommands(facts)),
    ],
  };
}

/** What shows that both backups hold the same data key; the new one alone, where the old one is not opened beside it. */
function verifyCommands({ made, source, options, against: [first] }: ReencryptFacts): string[] {
  if (first === undefined) return [];
  const { document, refusal } = made;
  const isBare = source.KeyId === undefined;
  const hasOneContext = sameEncryptionContext(source.EncryptionContext, document.EncryptionContext);
  const opensOld = options.in !== '-' && refusal === undefined && (hasOneContext || !isBare);
  const { expectCheckValue: values } = options;
  const own = [
    ['--against', opensOld ? [options.in, first] : [first]],
    ['--expect-check-value', values.length === 0 ? ['CHECK_VALUE'] : values],
  ] as const;
  const context = opensOld && isBare ? (['context'] as const) : [];
  return [nextCommand(['verify-key'], own, options, [...context, 'connection'])];
}
