import type { Command } from 'commander';
import { kmsxError } from '../../base/error.ts';
import type { BatchCommand } from '../../batch/manifest/fields.ts';
import { oneOf, optionOr } from '../../terminal/options.ts';
import type { NewContextOptions } from '../data-keys/reencrypt-key/new-context-options.ts';
import { addNewContextOptions } from '../data-keys/reencrypt-key/new-context-options.ts';
import type { TakenBy } from '../shared/actions.ts';
import { checkValueMethodsOption } from '../shared/check-value-options.ts';
import type { ConnectionOptions } from '../shared/connection/connection-options.ts';
import { addConnectionOptions } from '../shared/connection/connection-options.ts';
import type { ContextOptions } from '../shared/context-options.ts';
import { addContextOptions } from '../shared/context-options.ts';
import type { PassphraseOptions } from '../shared/passphrase.ts';
import { addPassphraseOptions } from '../shared/passphrase.ts';
import { readRate } from '../shared/rate.ts';
import type { RecipientOptions } from '../shared/recipients.ts';
import { addRecipientOptions } from '../shared/recipients.ts';
import type { StoreOptions } from '../shared/store/store-options.ts';
import { addStoreOptions } from '../shared/store/store-options.ts';

export interface BatchOptions
  extends
    ConnectionOptions,
    ContextOptions,
    NewContextOptions,
    PassphraseOptions,
    StoreOptions,
    Omit<RecipientOptions, 'forToken' | 'module' | 'pinFile' | 'pinEnv'> {
  readonly manifest: string;
  readonly out?: string;
  readonly outDir?: string;
  readonly backupDir?: string;
  readonly journal?: string;
  readonly concurrency: string;
  readonly rate?: string;
  readonly limit?: string;
  readonly failFast: boolean;
  readonly keyId?: string;
  readonly keySpec?: 'AES_256' | 'AES_128';
  readonly numberOfBytes?: string;
  readonly bind: boolean;
  readonly toKeyId?: string;
  readonly privkey?: string;
  readonly format: 'base64' | 'hex' | 'raw';
  readonly checkValueOnly: boolean;
  readonly checkValueMethods?: string;
}

export function addBatchOptions(command: Command): void {
  command
    .requiredOption(
      '--manifest <file>',
      'JSON Lines, or CSV with a header: a line for each key; - is standard input',
    )
    .option('--out <file>', 'the results, one a line')
    .option('--out-dir <dir>', 'the results, a file each; for unwrap-key the keys')
    .option(
      '--backup-dir <dir>',
      'the backups, a file each (export-key, reencrypt-key); else --store has them',
    )
    .addOption(
      optionOr(
        '--journal <file>',
        'what was done, for the run that goes on; store:NAME for runs on several machines',
        'OUT.journal',
      ),
    )
    .option('--concurrency <n>', 'so many lines at once', '16')
    .addOption(
      optionOr(
        '--rate <per-second>',
        'so many calls of KMS a second at most',
        'as many as it takes',
      ),
    )
    .addOption(optionOr('--limit <n>', 'so many lines in this run at most', 'all'))
    .option('--fail-fast', 'begin no other line after one that failed', false)
    .option('--key-id <id>', 'export-key: the KMS key (env KMSX_KEY_ID)');
  addRecipientOptions(command);
  command
    .addOption(
      oneOf('--key-spec <spec>', 'export-key: the kind of data key', [
        'AES_256',
        'AES_128',
      ]).default(undefined, 'AES_256'),
    )
    .option('--number-of-bytes <n>', 'export-key: a data key of that many bytes, 1 to 1024')
    .option('--bind', 'export-key: add a unique id to each context', false);
  addContextOptions(command);
  command.option('--to-key-id <id>', 'reencrypt-key: the new KMS key');
  addNewContextOptions(command);
  command
    .option('--privkey <file>', 'verify-key, unwrap-key: the private half of the wrapping key')
    .addOption(
      oneOf('--format <format>', 'unwrap-key: how a data key is written', [
        'base64',
        'hex',
        'raw',
      ]).default('base64'),
    )
    .option('--check-value-only', 'unwrap-key: give the key check values, and no key', false)
    .addOption(checkValueMethodsOption());
  addPassphraseOptions(command);
  addStoreOptions(command);
  addConnectionOptions(command);
}

const ONLINE = ['export-key', 'reexport-key', 'reencrypt-key', 'verify-key'] as const;
const NEW_EXPORTS = ['export-key', 'reexport-key'] as const;
const OPENED = ['verify-key', 'unwrap-key'] as const;

/** Options that are not for every command, by their names in `BatchOptions`. */
export const TAKEN_BY: TakenBy<BatchOptions, BatchCommand> = {
  backupDir: ['export-key', 'reencrypt-key'],
  rate: ONLINE,
  keyId: ['export-key'],
  pubkey: NEW_EXPORTS,
  expectFingerprint: NEW_EXPORTS,
  wrappingAlgorithm: [...NEW_EXPORTS, ...OPENED],
  wrappingKeySpec: NEW_EXPORTS,
  keySpec: ['export-key'],
  numberOfBytes: ['export-key'],
  bind: ['export-key'],
  context: ['export-key', 'reexport-key', 'reencrypt-key'],
  contextFile: ['export-key', 'reexport-key', 'reencrypt-key'],
  toKeyId: ['reencrypt-key'],
  toContext: ['reencrypt-key'],
  toContextFile: ['reencrypt-key'],
  privkey: OPENED,
  format: ['unwrap-key'],
  checkValueOnly: ['unwrap-key'],
  checkValueMethods: OPENED,
  passphraseFile: OPENED,
  passphraseEnv: OPENED,
  profile: ONLINE,
  region: ONLINE,
  gateway: ONLINE,
  endpoint: ONLINE,
  caFile: ONLINE,
  resolve: ONLINE,
  timeout: ONLINE,
  maxAttempts: ONLINE,
  deadline: ONLINE,
};

/** How a batch is run. */
export interface RunLimits {
  readonly concurrency: number;
  readonly perSecond: number | undefined;
  readonly limit: number;
}

/** @throws KmsxError `bad-usage` */
export function readRunLimits({ concurrency, rate, limit }: BatchOptions): RunLimits {
  return {
    concurrency: wholeNumber('--concurrency', concurrency, 1000),
    perSecond: rate === undefined ? undefined : readRate(rate),
    limit: limit === undefined ? Infinity : wholeNumber('--limit', limit, 999_999_999),
  };
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw kmsxError('bad-usage', `${option} takes a number from 1 to ${most}`);
}
