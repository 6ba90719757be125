import { ERROR_CODES } from '../../../base/error-codes.ts';
import { EXIT_CODES } from '../../../terminal/exit-codes.ts';
import type { Block } from '../../../terminal/help/layout.ts';
import { DOCUMENTS } from './documents.ts';
import { ENVIRONMENT } from './environment.ts';
import { AIR_GAP, CI, LOST_HSM, MOVE_KEY } from './tasks.ts';
import { TERMS } from './terms.ts';
import type { TopicName } from './topic-names.ts';

const EXIT_CODES_TOPIC: readonly Block[] = [
  'Exit codes',
  { rows: EXIT_CODES.map(({ code, kind, when }) => [`${String(code).padEnd(4)} ${kind}`, when]) },
  'The code depends on who detects a modification. KMS refuses a CiphertextBlob that was modified, or swapped for another under --bind: 4. kmsx finds a different data key, or an ExportedDataKey that does not open: 6. A truncated or inconsistent document is refused before KMS is called: 2. list-keys gives 8 if some keys could not be described or KMS did not return the whole list, and 3 if no key could be described.',
  'Only exit code 5 is worth retrying unchanged; with --error-format json it has "Retryable":true. local-kms exits with 0 when a signal stops it: that is its normal end.',
];

const ERRORS: readonly Block[] = [
  'Error codes: "Code" with --error-format json',
  {
    rows: Object.entries(ERROR_CODES).map(([code, { kind, meaning }]) => [
      code,
      `${meaning} (${kind})`,
    ]),
  },
  "A code never changes its meaning. An error from KMS has KMS's own Code, such as Forbidden.KeyNotFound; docs/troubleshooting.md in the package lists all known codes and what to do about each.",
];

/** What `kmsx help TOPIC` says. */
export const TOPIC_TEXTS: Readonly<Record<TopicName, readonly Block[]>> = {
  'lost-hsm': LOST_HSM,
  'move-key': MOVE_KEY,
  'air-gap': AIR_GAP,
  ci: CI,
  'exit-codes': EXIT_CODES_TOPIC,
  errors: ERRORS,
  environment: ENVIRONMENT,
  documents: DOCUMENTS,
  terms: TERMS,
};
