import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Files of test/interop that take minutes each, though most of them are short. */
const LONGEST = [
  ...['clients', 'fault-matrix', 'lying-kms', 'newer-nodes', 'fuzz-readers', 'fuzz-requests'],
  ...['docs/pages', 'start-up-budget', 'drill', 'stores/fleet', 'sm2/random'],
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
