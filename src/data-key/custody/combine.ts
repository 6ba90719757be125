import { kmsxError } from '../../base/error.ts';
import { SecretBytes } from '../../base/bytes/secret-bytes.ts';
import { hasCheckValues } from '../../documents/key-check-value.ts';
import type { ComponentFacts, KeyComponent } from '../../documents/component-document.ts';
import { shamirCoordinate } from '../../documents/component-document.ts';
import { joinByShamir } from './shamir-split.ts';
import { joinByXor } from './xor-split.ts';

/** A component and what its file is called in errors. */
export interface NamedComponent extends KeyComponent {
  readonly label: string;
}

/** A data key that was put together. */
export interface CombinedKey {
  /** The caller disposes of it. */
  readonly dataKey: SecretBytes;
  readonly facts: ComponentFacts;
}

/** What is the same in all components of a set. */
const COMMON_FACTS = [
  'NumberOfComponents',
  'Threshold',
  'Scheme',
  'KeyCheckValues',
  'NumberOfBytes',
  'KeyId',
  'KeyVersionId',
  'DataKeyId',
  'CreatedAt',
  'Rehearsal',
] as const satisfies readonly (keyof ComponentFacts)[];

/** The most numbers that an error lists. */
const MAX_LISTED = 8;

/**
 * Checks components and puts them together: they must be of one set, without repetition, enough of them, each with its
 * own check value, and the key with the check values that they all carry. A key shorter than 16 bytes has no check
 * values, and nothing shows that it is the right one.
 *
 * @param components - in any order; more than the threshold are all used
 * @returns the key, and what the first component says of it
 * @throws KmsxError `component-sets-mixed`, `document-inconsistent`, `component-twice`, `component-missing`,
 * `component-damaged`, `combined-key-wrong`
 */
export async function combineComponents(
  components: readonly NamedComponent[],
): Promise<CombinedKey> {
  const [first] = components;
  if (first === undefined) throw new TypeError('there are components to combine');
  for (const other of components) assertSameSet(first, other);
  assertNoneTwice(components);
  assertEnough(components, first.facts);
  for (const { facts, secret, label } of components) {
    if (hasCheckValues(secret.bytes, facts.ComponentCheckValues ?? [])) continue;
    throw kmsxError('component-damaged', `the component in ${label} does not have its check value`);
  }
  const secrets = components.map(({ secret }) => secret.bytes);
  const { Scheme, KeyCheckValues = [] } = first.facts;
  const dataKey = new SecretBytes(
    Scheme === 'XOR' ? joinByXor(secrets) : await joinByShamir(secrets),
  );
  if (hasCheckValues(dataKey.bytes, KeyCheckValues)) return { dataKey, facts: first.facts };
  dataKey.dispose();
  throw kmsxError(
    'combined-key-wrong',
    'the components do not make the key whose check values they carry',
  );
}

function assertSameSet(first: NamedComponent, other: NamedComponent): void {
  if (first.facts.SetId !== other.facts.SetId) {
    throw kmsxError(
      'component-sets-mixed',
      `${first.label} and ${other.label} are components of different splits`,
    );
  }
  for (const name of COMMON_FACTS) {
    if (JSON.stringify(first.facts[name]) === JSON.stringify(other.facts[name])) continue;
    throw kmsxError(
      'document-inconsistent',
      `${first.label} and ${other.label} are components of one split and differ in ${name}`,
    );
  }
}

function assertNoneTwice(components: readonly NamedComponent[]): void {
  const seen = new Map<string, string>();
  for (const { facts, secret, label } of components) {
    const ids = [`number ${facts.Number}`];
    if (facts.Scheme === 'SHAMIR') ids.push(`coordinate ${shamirCoordinate(secret.bytes)}`);
    for (const id of ids) {
      const other = seen.get(id);
      if (other !== undefined) {
        throw kmsxError('component-twice', `${other} and ${label} both hold component ${id}`);
      }
      seen.set(id, label);
    }
  }
}

function assertEnough(components: readonly NamedComponent[], facts: ComponentFacts): void {
  const { Threshold, NumberOfComponents } = facts;
  if (components.length >= Threshold) return;
  const given = new Set(components.map(({ facts: { Number } }) => Number));
  const missing = Array.from({ length: NumberOfComponents }, (_, index) => index + 1).filter(
    (number) => !given.has(number),
  );
  const listed = missing.slice(0, MAX_LISTED).join(', ');
  const numbers = missing.length > MAX_LISTED ? `${listed}, …` : listed;
  throw kmsxError(
    'component-missing',
    `${components.length} of the ${Threshold} components that are needed ${
      components.length === 1 ? 'was' : 'were'
    } given; not given: ${missing.length === 1 ? 'number' : 'numbers'} ${numbers}`,
  );
}
