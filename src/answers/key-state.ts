import { shellWord } from '../base/text/shell-word.ts';
import { embeddedHints } from './error-table/embedded.ts';
import { KMS_ERRORS } from './error-table/table.ts';
import { KmsRefused } from './refusal.ts';

const rows = Object.entries(KMS_ERRORS);

/** Whether KMS has a Code of its own for a key in this state, which then cannot be used. */
export function isUnusableState(keyState: string): boolean {
  return rows.some(([, facts]) => facts.keyState === keyState);
}

/**
 * The refusal that a call with a key in this state would get.
 *
 * @param key - what DescribeKey says of it; its id goes into the hint
 * @param isEmbedded - whether the embedded KMS has the key
 */
export function keyStateRefusal(
  key: { readonly keyState: string; readonly keyId: string; readonly requestId: string },
  isEmbedded: boolean,
  message?: string,
): KmsRefused {
  const row =
    rows.find(([, facts]) => facts.keyState === key.keyState) ??
    rows.find(([, facts]) => facts.about === 'key-state');
  if (row === undefined) throw new TypeError('the table of key errors has no row for key states');
  const [code, { kind, about, message: usualMessage, hint }] = row;
  const ownHint = hint.replace('--KeyId ID', () => `--KeyId ${shellWord(key.keyId)}`);
  return new KmsRefused({
    kind,
    about,
    code,
    message: message ?? usualMessage,
    hints: isEmbedded ? embeddedHints(code, ownHint) : [ownHint],
    action: 'DescribeKey',
    requestId: key.requestId,
    isEmbedded,
  });
}
