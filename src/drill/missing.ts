import type { OpenedPlace } from '../backups/opened-place.ts';
import type { KnownProofs } from '../backups/proofs.ts';
import { kmsxError } from '../base/error.ts';
import { toDocument } from '../documents/backup-document.ts';
import type { DrillLine, DrillOutcome } from './outcome.ts';
import type { DrillQueue } from './queue.ts';

/** The backups that were ever proved and are not there any more. */
export function missingBackups(there: DrillQueue['there'], proofs: KnownProofs): DrillOutcome[] {
  return [...there].flatMap(([at, names]) =>
    proofs
      .namesIn(at.id)
      .filter((name) => !names.has(name) && isListedBy(at, name))
      .sort()
      .map((name) => missing(name, at, proofs)),
  );
}

/** Whether a place would list a name: of secrets and stores it lists those that begin as it says. */
function isListedBy({ id, place: { label } }: OpenedPlace, name: string): boolean {
  return !label.startsWith(id) || name.startsWith(label.slice(id.length));
}

function missing(name: string, { id, place }: OpenedPlace, proofs: KnownProofs): DrillOutcome {
  const LastProved = proofs.of(id, name)?.lastProved?.toISOString();
  const error = kmsxError('backup-missing', `${name} was proved, and is not there any more`);
  const line = toDocument<DrillLine>({
    Name: name,
    Place: place.label,
    Opens: false,
    SameKeyAs: 'nothing',
    Code: error.code,
    Message: error.message,
    LastProved,
  });
  return { verdict: 'missing', line, error };
}
