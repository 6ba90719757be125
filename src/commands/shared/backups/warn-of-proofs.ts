import type { KnownProofs } from '../../../backups/proofs.ts';
import type { Session } from '../../../terminal/session.ts';
import { counted } from '../view/rows.ts';

/** So many damaged proofs are told one by one. */
const MOST_TOLD = 10;

/** Says which proofs count for nothing, and why. */
export async function warnOfProofs(
  { damaged, inFuture }: KnownProofs,
  { reporter }: Session,
): Promise<void> {
  for (const told of damaged.slice(0, MOST_TOLD)) {
    await reporter.warnAlways(`a damaged proof was passed over: ${told}`);
  }
  const more = damaged.length - MOST_TOLD;
  if (more > 0) await reporter.warnAlways(`and ${counted(more, 'damaged proof')} more`);
  if (inFuture > 0) {
    await reporter.warnAlways(
      `${counted(inFuture, 'proof')} will be made after now by the clock of this machine: they put nothing off`,
    );
  }
}
