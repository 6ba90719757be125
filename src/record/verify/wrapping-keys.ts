import { isJsonObject } from '../../base/json.ts';
import type { RecordEvent } from '../events.ts';
import type { Misplaced } from '../chain/order.ts';

/**
 * Finds the first event that tells of another wrapping key of a recipient than one before it: the plan, a step
 * that was done, or a fingerprint that was compared and the same.
 */
export function findOtherWrappingKey(events: readonly RecordEvent[]): Misplaced | undefined {
  const known = new Map<unknown, unknown>();
  for (const [index, event] of events.entries()) {
    for (const { recipient, fingerprint } of toldBy(event)) {
      if ((known.get(recipient) ?? fingerprint) !== fingerprint) {
        const problem = `has another fingerprint of ${String(recipient)} than the lines before it`;
        return { index, problem };
      }
      known.set(recipient, fingerprint);
    }
  }
  return undefined;
}

interface Told {
  readonly recipient: unknown;
  readonly fingerprint: unknown;
}

function toldBy(event: RecordEvent): readonly Told[] {
  switch (event.Type) {
    case 'begin':
      return expectedIn(event.Plan['Recipients']);
    case 'compared':
      return event.What === 'fingerprint' && event.Same
        ? [{ recipient: event.Of, fingerprint: event.Value }]
        : [];
    case 'step': {
      const { Recipient, PublicKeyFingerprint } = event.Facts ?? {};
      return event.Outcome === 'done' && PublicKeyFingerprint !== undefined
        ? [{ recipient: Recipient, fingerprint: PublicKeyFingerprint }]
        : [];
    }
    default:
      return [];
  }
}

/** What the plan expects; people write it in groups, and in capital letters. */
function expectedIn(recipients: unknown): readonly Told[] {
  if (!Array.isArray(recipients)) return [];
  return recipients.filter(isJsonObject).flatMap(({ Name, ExpectFingerprint: expected }) => {
    if (typeof expected !== 'string') return [];
    const digits = expected.replaceAll(/[\s-]/g, '').slice('SHA256:'.length);
    return [{ recipient: Name, fingerprint: `SHA256:${digits.toLowerCase()}` }];
  });
}
