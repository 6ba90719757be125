import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Files of test/interop that take minutes each, though most of them are short. */
const LONGEST = [
  ...['clients/clients', 'files/fault-matrix', 'network/lying-kms', 'program/newer-nodes'],
  ...['wrapping-keys/fuzz-readers', 'local-kms/fuzz-requests', 'docs/pages'],
  ...['program/start-up-budget', 'backups/drill', 'stores/fleet', 'sm2/random'],
];

/** Starts with what takes longest, so that no core waits for another in the end; the rest follows as Vitest orders it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/interop/${name}.test.ts`));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
