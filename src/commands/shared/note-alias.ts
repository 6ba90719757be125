import type { KeyIdentifier } from '../../kms/key-id.ts';
import type { Session } from '../../terminal/session.ts';

/** Says on stderr which KMS key an alias led to: whoever may move aliases decides it, and the operator sees it here. */
export async function noteAlias(
  { text, alias }: KeyIdentifier,
  keyId: string,
  { reporter }: Session,
): Promise<void> {
  if (alias !== undefined) await reporter.note(`${text} is the KMS key ${keyId}`);
}
