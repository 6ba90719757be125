import { fileWord } from '../../base/text/shell-word.ts';
import type { HintsOf } from './hints-of.ts';

/** After errors of the kind `crypto`. */
export const CRYPTO_HINTS: HintsOf<'crypto'> = {
  'unwrap-failed':
    'likely reasons: a different private key, or an export that was changed or cut short',
  'wrapping-hash-mislabelled': ({ algorithm }) =>
    `--wrapping-algorithm ${algorithm} opens the bare ExportedDataKey; if a document says otherwise, find out who changed it`,
  'token-key-exposed':
    'nothing was kept; this token does not protect keys that it unwraps: use another, or a newer version of its module',
  'import-mismatch': 'stop: delete that object with the program of the token, and import again',
  'privkey-not-recipient': 'kmsx inspect FILE shows the fingerprints of the exports and of the key',
  'passphrase-wrong': ({ label }) =>
    `openssl pkey -in ${fileWord(label)} -noout asks for the passphrase and shows whether it is right`,
  'data-key-length': 'stop: the document or its content was changed; use the original',
  'backup-key-mismatch':
    'stop: the CiphertextBlob, the KeyId or the KeyVersionId was changed; use the original document',
  'reencrypt-mismatch': 'stop: keep the old backup, and report the RequestId to Alibaba Cloud',
  'store-differs':
    'stop: something in the database changes what is written, such as a trigger or its encoding; kmsx store check looks for causes',
  'component-damaged':
    'stop: it was changed or miscopied: ask its custodian for the original, or use another one if the threshold allows it',
  'combined-key-wrong':
    'stop: one of them was changed together with its check value; with a threshold, try other components',
  'data-keys-differ':
    'stop: one of them was swapped, or belongs to another key; kmsx inspect FILE… shows which files belong together',
  'check-value-mismatch': 'stop: this is not the expected key',
  'ceremony-stopped':
    'keep the folder as evidence; the leader decides whether the ceremony goes on',
  'fingerprint-mismatch': 'stop: this is not the public key that was read aloud',
  'backups-differ':
    'stop: find out who changed the backup; an older copy, or another place of it, may hold the key',
  'record-changed': ({ file }) =>
    file === undefined
      ? 'stop: find out who changed it; another copy of the folder may be whole'
      : `stop: find out who changed ${file}; another copy of the folder may have it`,
  'record-not-sealed':
    'kmsx ceremony run PLAN --folder DIR --resume goes on with the ceremony, which seals it in the end',
  'record-head-differs':
    'stop: compare it with the paper once more, digit by digit; if it differs, this is not the record whose head was written down',
  'record-signatures-missing':
    'kmsx record head FOLDER has the command to sign it with; --allowed-signers names who counts',
  'record-other-key': 'give the folder of the ceremony that made this data key',
  'rehearsal-failed': 'do not hold the ceremony until the cause is understood',
};
