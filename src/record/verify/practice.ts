import { partsNamed } from '../chain/parts-named.ts';
import type { RecordEvent } from '../events.ts';

/** Whether a value tells, at any depth, that it is of a rehearsal: of a KMS that is none. */
export function isOfRehearsal(value: unknown): boolean {
  return partsNamed(value, 'Rehearsal').includes(true);
}

/**
 * Finds what an event of a ceremony in production can't say.
 *
 * @returns as what follows the number of its line
 */
export function productionProblem(event: RecordEvent): string | undefined {
  if (event.Type === 'compared' && event.How === 'unattended') {
    return 'was confirmed by nobody, and the ceremony was no practice';
  }
  const told =
    event.Type === 'step' ? event.Facts : 'Document' in event ? event.Document : undefined;
  return isOfRehearsal(told) ? 'is of a rehearsal, and the ceremony was no practice' : undefined;
}
