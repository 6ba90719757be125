import type { ExportDocument } from '../../../documents/export-document.ts';
import type { Output } from '../../../terminal/files/outputs.ts';
import type { View, ViewRow } from '../../../terminal/output/view.ts';
import { fact, nextBlock } from '../../../terminal/output/view.ts';
import type { RepeatedOptions } from '../../shared/view/next-command.ts';
import { nextCommand } from '../../shared/view/next-command.ts';
import { contextRows, counted, fingerprintBlock, fingerprintRow } from '../../shared/view/rows.ts';
import { fileRows } from '../../shared/view/written.ts';

/** What the views of `export-key` and `reexport-key` repeat of the options. */
export interface ExportViewOptions extends RepeatedOptions {
  readonly pubkey: readonly string[];
  readonly forToken?: string;
}

/** What an export document holds, for a person. */
interface ExportFacts {
  readonly verdict: string;
  readonly document: ExportDocument;
  readonly options: ExportViewOptions;
  readonly out: Output;
  /** Rows for backups that this run wrote; undefined where it wrote none, and had a new data key. */
  readonly backupRows: readonly ViewRow[] | undefined;
  /** What is repeated for a backup that does not carry its context. */
  readonly contextOfBlob: readonly 'context'[];
  /** The command that makes the export again from a backup, where there is one. */
  readonly again: string | undefined;
  /** What `--against` takes: the backups of this data key. */
  readonly against: readonly string[];
}

/** What was exported for whom, where it lies, and how it is verified or imported. */
export function exportView(facts: ExportFacts): View {
  const { verdict, document, options, out, backupRows } = facts;
  const { pubkey, forToken } = options;
  const places = forToken === undefined ? pubkey : [forToken];
  return {
    verdict,
    blocks: [
      {
        rows: [
          ...sizeRows(document),
          { label: 'KMS key', lines: [document.KeyId, `version ${document.KeyVersionId}`] },
          ...contextRows(document.EncryptionContext),
          ...(backupRows ?? [noBackup(out)]),
          ...exportRows(facts),
        ],
      },
      fingerprintBlock(
        document.Exports.map(({ PublicKeyFingerprint }, index) =>
          fingerprintRow(nameOf(places[index]), PublicKeyFingerprint),
        ),
      ),
      ...nextBlock(nextCommands(facts)),
    ],
  };
}

/** The verdict of an export: `Exported a new data key under 2 public keys`. */
export function exportVerdict(what: string, { Exports }: ExportDocument): string {
  return `Exported ${what} under ${counted(Exports.length, 'public key')}`;
}

function nameOf(place = ''): string {
  return place === '-' ? 'standard input' : place;
}

function sizeRows({ NumberOfBytes }: ExportDocument): ViewRow[] {
  return NumberOfBytes === undefined ? [] : [fact('data key', counted(NumberOfBytes, 'byte'))];
}

function noBackup({ written }: Output): ViewRow {
  const where = written?.label ?? 'the document above';
  return fact('backup', `none: only ${where} has the CiphertextBlob`);
}

function exportRows({ out, again }: ExportFacts): ViewRow[] {
  if (!out.isStdout) return fileRows('export', [out]);
  return [
    fact(
      'export',
      again === undefined
        ? 'above, and nowhere else: copy it now; another run makes another data key'
        : 'above, and nowhere else: a backup makes it again',
    ),
  ];
}

function nextCommands({ options, contextOfBlob, out, against, again }: ExportFacts): string[] {
  const file = out.written?.label;
  if (file === undefined) return out.isStdout && again !== undefined ? [again] : [];
  const own = [
    ['--in', file],
    ['--privkey', options.forToken ?? 'PRIVATE_KEY'],
    ['--against', against.length === 0 ? [file] : against],
  ] as const;
  return [nextCommand(['verify-key'], own, options, [...contextOfBlob, 'connection'])];
}
