import { equalBytes } from '../../base/bytes/bytes.ts';
import { SecretBytes } from '../../base/bytes/secret-bytes.ts';
import { toDocument } from '../../documents/backup-document.ts';
import type { KeyCheckValue } from '../../documents/key-check-value.ts';
import { keyCheckValues } from '../../documents/key-check-value.ts';
import type {
  ComponentFacts,
  ComponentOrigin,
  KeyComponent,
} from '../../documents/component-document.ts';
import { COMPONENT_FORMAT } from '../../documents/component-document.ts';
import { joinByShamir, splitByShamir } from './shamir-split.ts';
import { joinByXor, splitByXor } from './xor-split.ts';

/** How a key is split. */
export interface SplitPlan {
  /** How many components, 2 to 255. */
  readonly count: number;
  /** How many of them make the key, 2 to `count`, by Shamir's scheme; undefined: all, by XOR. */
  readonly threshold: number | undefined;
}

/** Where a split takes randomness and time from. */
export interface SplitContext {
  randomBytes(length: number): Buffer;
  now(): Date;
}

/**
 * Splits a data key into components, and joins them again in memory before any leaves this function.
 *
 * @param checkValues - those of the key, for each component to carry; empty for a key below 16 bytes
 * @returns the components in order, whose secrets the caller disposes of
 */
export async function splitDataKey(
  dataKey: Uint8Array,
  plan: SplitPlan,
  checkValues: readonly KeyCheckValue[],
  origin: ComponentOrigin,
  context: SplitContext,
): Promise<KeyComponent[]> {
  const { count, threshold } = plan;
  const secrets =
    threshold === undefined
      ? splitByXor(dataKey, count, (length) => context.randomBytes(length))
      : await splitByShamir(dataKey, count, threshold);
  const setId = context.randomBytes(16).toString('hex');
  const createdAt = context.now().toISOString();
  const components = secrets.map((bytes, index) => {
    const ownCheckValues = checkValues.length === 0 ? [] : keyCheckValues(bytes);
    const facts = toDocument<ComponentFacts>({
      Format: COMPONENT_FORMAT,
      SetId: setId,
      Number: index + 1,
      NumberOfComponents: count,
      Threshold: threshold ?? count,
      Scheme: threshold === undefined ? 'XOR' : 'SHAMIR',
      ComponentCheckValues: ownCheckValues.length === 0 ? undefined : ownCheckValues,
      KeyCheckValues: checkValues.length === 0 ? undefined : checkValues,
      NumberOfBytes: dataKey.length,
      KeyId: origin.KeyId,
      KeyVersionId: origin.KeyVersionId,
      DataKeyId: origin.DataKeyId,
      CreatedAt: createdAt,
      Rehearsal: origin.Rehearsal,
    });
    return { facts, secret: new SecretBytes(bytes) };
  });
  await assertJoins(dataKey, components, plan);
  return components;
}

/** Joins the first and the last components that suffice: a split that lost the key must not leave this program. */
async function assertJoins(
  dataKey: Uint8Array,
  components: readonly KeyComponent[],
  { threshold }: SplitPlan,
): Promise<void> {
  const secrets = components.map(({ secret }) => secret.bytes);
  const choices =
    threshold === undefined ? [secrets] : [secrets.slice(0, threshold), secrets.slice(-threshold)];
  for (const choice of choices) {
    const joined = threshold === undefined ? joinByXor(choice) : await joinByShamir(choice);
    const same = equalBytes(joined, dataKey);
    joined.fill(0);
    if (!same) throw new Error('the components do not make the key that was split');
  }
}
