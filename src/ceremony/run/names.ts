import { join } from 'node:path';
import { SECRET_PREFIX, STORE_PREFIX } from '../../base/place-prefixes.ts';
import type { PlanRecipient } from '../plan/plan.ts';

/** The files of a ceremony in its folder. */
export interface CeremonyFiles {
  readonly backup: string;
  readonly witness: string;
  readonly publicKey: (recipient: PlanRecipient) => string;
  /** Of a pair that the ceremony makes. */
  readonly privateKey: (recipient: PlanRecipient) => string;
  readonly export: (recipient: PlanRecipient) => string;
}

/** The paths of what a ceremony writes into its folder. */
export function filesIn(folder: string): CeremonyFiles {
  const named =
    (ending: string) =>
    ({ Name }: PlanRecipient): string =>
      join(folder, `${Name}.${ending}`);
  return {
    backup: join(folder, 'backup.json'),
    witness: join(folder, 'witness.txt'),
    publicKey: named('pub.pem'),
    privateKey: named('pem'),
    export: named('export.json'),
  };
}

/** Whether a place of a backup is a file. */
export function isFilePlace(place: string): boolean {
  return !place.startsWith(SECRET_PREFIX) && !place.startsWith(STORE_PREFIX);
}
