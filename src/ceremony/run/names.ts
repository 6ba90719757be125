import { join } from 'node:path';
import { RECORD_FILES } from '../../record/events.ts';
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

/** The names of all files that a ceremony writes for one recipient. */
export function filesOf(folder: string, recipient: PlanRecipient): readonly string[] {
  const files = filesIn(folder);
  const pair = recipient.MakePair === true ? [files.privateKey(recipient)] : [];
  return [files.publicKey(recipient), files.export(recipient), ...pair];
}

/** The files of a ceremony that are for no one recipient. */
export function commonFiles(folder: string): readonly string[] {
  const { backup, witness } = filesIn(folder);
  return [backup, witness, ...Object.values(RECORD_FILES).map((name) => join(folder, name))];
}
