import type { HintsOf } from './hints-of.ts';

const MISSING_BACKUP =
  'restore what is missing from another place; where it was deleted on purpose, take its proofs away (docs/how-to/drill.md)';

/** After errors of the kind `kms`. */
export const KMS_HINTS: HintsOf<'kms'> = {
  'secret-exists':
    'give another name: a secret keeps ten versions, and --force never adds one to a secret that exists',
  'answer-malformed': 'nothing was written; report the RequestId to Alibaba Cloud',
  'clock-wrong':
    'set the clock: timedatectl set-ntp true; check it with date -u; KMS allows 15 minutes',
  'key-unusable':
    'a data key needs a symmetric KMS key (ENCRYPT/DECRYPT, Aliyun_AES_256 or Aliyun_SM4): kmsx list-keys lists those that exist',
  'backups-not-opening': [
    'mend them while another copy opens: kmsx verify-key --against FILE says more of one',
    MISSING_BACKUP,
  ],
  'backup-missing': MISSING_BACKUP,
  'reencrypt-same-key': 'give another --to-key-id, or another --to-context; nothing was written',
};
