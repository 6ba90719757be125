import type { Command } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import { optionOr } from '../../../terminal/options.ts';
import { checkValueMethodsOption } from '../../shared/check-value-options.ts';
import type { ConnectionOptions } from '../../shared/connection/connection-options.ts';
import { addConnectionOptions } from '../../shared/connection/connection-options.ts';
import type { StoreOptions } from '../../shared/store/store-options.ts';
import { addStoreOptions } from '../../shared/store/store-options.ts';

/** The options of `drill`. */
export interface DrillOptions extends ConnectionOptions, StoreOptions {
  readonly rate: string;
  readonly limit?: string;
  readonly olderThan?: string;
  readonly proofs?: string;
  readonly checkValues?: string;
  readonly checkValueMethods?: string;
  readonly report?: string;
}

/** A tenth of KMS's quota for ExportDataKey, 750 calls a second for an account and region: production shares it. */
const USUAL_RATE = '75';

export function addDrillOptions(command: Command): void {
  command
    .option(
      '--proofs <place>',
      'where earlier proofs are, and new ones are written: a folder, or store: for drills on several machines',
    )
    .option(
      '--check-values <file>',
      'which check value each backup must have: lines of NAME and label:…, or of JSON; or the record.jsonl of a ceremony',
    )
    .addOption(optionOr('--older-than <days>', 'only what was not proved for so long', 'all'))
    .addOption(optionOr('--limit <n>', 'how many backups at most', 'all'))
    .option('--rate <n>', 'calls of KMS each second, at most', USUAL_RATE)
    .option('--report <file>', 'a report for people, as HTML that prints well')
    .addOption(checkValueMethodsOption());
  addStoreOptions(command);
  addConnectionOptions(command);
}

/**
 * Reads the numbers among the options.
 *
 * @throws KmsxError `bad-usage`
 */
export function readNumbers({ rate, limit, olderThan }: DrillOptions): {
  readonly rate: number;
  readonly limit: number;
  readonly olderThanDays: number | undefined;
} {
  return {
    rate: positive('--rate', rate, 100_000),
    limit: limit === undefined ? Infinity : whole('--limit', limit),
    olderThanDays:
      olderThan === undefined ? undefined : positive('--older-than', olderThan, 100_000),
  };
}

function positive(option: string, text: string, most: number): number {
  const number = /^\d{1,6}(?:\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (number > 0 && number <= most) return number;
  throw kmsxError('bad-usage', `${option} takes a number of more than 0, at most ${most}`);
}

function whole(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw kmsxError('bad-usage', `${option} takes a whole number from 1 to 999999999`);
}
