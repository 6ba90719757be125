import type { Reader } from '../fuzz.ts';
import { ANSWER_READERS } from './answers.ts';
import { CREDENTIAL_READERS } from './credentials.ts';
import { DOCUMENT_READERS } from './documents.ts';
import { KEY_READERS } from './keys.ts';
import { LOCAL_KMS_READERS } from './local-kms.ts';
import { OPTION_READERS } from './options.ts';
import { SIGNATURE_READERS } from './signatures.ts';

/** Whatever reads what a stranger may have written. */
export const READERS: readonly Reader[] = [
  ...DOCUMENT_READERS,
  ...KEY_READERS,
  ...OPTION_READERS,
  ...CREDENTIAL_READERS,
  ...ANSWER_READERS,
  ...LOCAL_KMS_READERS,
  ...SIGNATURE_READERS,
];
