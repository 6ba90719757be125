import type { View, ViewRow } from '../../../terminal/output/view.ts';
import { nextBlock } from '../../../terminal/output/view.ts';
import type { WrappingKeySpec } from '../../../wrapping/algorithms.ts';
import type { OptionValues } from '../../shared/view/command-line.ts';
import type { RepeatedOptions } from '../../shared/view/next-command.ts';
import { nextCommand } from '../../shared/view/next-command.ts';
import { fingerprintBlock, fingerprintRow } from '../../shared/view/rows.ts';

/** What `keygen` prints of a pair. */
interface PairReport {
  readonly PublicKeyFingerprint: string;
  readonly WrappingKeySpec: WrappingKeySpec;
  /** Where the pair lies in a token: its label, and that of the key. */
  readonly Token?: string;
  readonly Serial?: string;
  readonly Label?: string;
  /** CKA_ID, lower-case hexadecimal. */
  readonly Id?: string;
  /** RFC 7512. */
  readonly Uri?: string;
}

/** A wrapping key pair that stands. */
export interface MadePair {
  readonly report: PairReport;
  readonly view: View;
}

/**
 * Where both halves lie, and what is read aloud of them.
 *
 * @param use - the option of `export-key` that names the public half
 * @param options - what reaches it in a token
 */
export function pairView(
  { PublicKeyFingerprint, WrappingKeySpec }: PairReport,
  rows: readonly ViewRow[],
  use: OptionValues,
  options: RepeatedOptions,
): View {
  const own: readonly OptionValues[] = [
    ['--key-id', 'KEY_ID'],
    use,
    ['--expect-fingerprint', PublicKeyFingerprint],
    ['--backup', 'backup.json'],
    ['--out', 'export.json'],
  ];
  return {
    verdict: `Made a wrapping key pair, ${WrappingKeySpec}`,
    blocks: [
      { rows },
      fingerprintBlock([fingerprintRow('public half', PublicKeyFingerprint)]),
      ...nextBlock([nextCommand(['export-key'], own, options, [])]),
    ],
  };
}
