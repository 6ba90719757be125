import type { HintsOf } from './hints-of.ts';

/** After errors of the kind `partial`. */
export const PARTIAL_HINTS: HintsOf<'partial'> = {
  'lines-failed': ({ resume }) => `to try them again: ${resume}`,
  'permissions-unasked': 'give --in BACKUP with a backup under each KMS key, to check them with',
  'keys-undescribed':
    'kmsx policy --for list-keys prints the policy that allows describing every key',
  'keys-incomplete': 'try again: the list may have changed while it was read',
  'backups-unreadable': 'kmsx inspect FILE says what is wrong with each',
  'backups-unasked':
    'run drill again: it begins with what was never proved, and --older-than leaves out what was',
};
