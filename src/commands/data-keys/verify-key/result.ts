import { printResult } from '../../../terminal/output/json-output.ts';
import { printable } from '../../../terminal/output/printable.ts';
import type { View } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import type { KeyCheckValue } from '../../../documents/key-check-value.ts';
import { assuranceBits } from '../../../documents/key-check-value.ts';
import type { VerifyResult } from '../../../data-key/verify/verify-key.ts';

/**
 * Prints the result with the commands of a witness in it, for `jq -r .Witness[]`. In the JSON of a terminal they are
 * escaped and can't be copied: there they also go to stderr as they are.
 */
export async function printWithWitness(
  result: VerifyResult,
  commands: readonly string[],
  view: () => View,
  session: Session,
): Promise<void> {
  const { io } = session;
  await printResult({ ...result, Witness: commands }, session, view);
  if (!io.stdout.isTerminal) return;
  await io.stderr.write(Buffer.from(printable(`${commands.join('\n')}\n`)));
}

/** Warns that a check value of 24 or 40 bits proves nothing against an attacker. */
export async function warnOfShortValues(
  checkValues: readonly KeyCheckValue[],
  { reporter }: Session,
): Promise<void> {
  const bits = assuranceBits(checkValues);
  if (bits === undefined || bits >= 128) return;
  await reporter.warn(
    `a check value of ${bits} bits shows a mix-up, not an attack: other keys with the same one can be found; label: and sha256: prove it`,
  );
}
