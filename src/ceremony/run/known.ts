import type { JsonObject } from '../../base/json.ts';
import type { KeyCheckValue } from '../../documents/key-check-value.ts';
import type { RecordEvent, StepEvent } from '../../record/events.ts';

/** What the wrapping key of a recipient is. */
export interface WrappingKeyFacts {
  readonly Recipient: string;
  readonly PublicKeyFingerprint: string;
  /** Where a token takes only some. */
  readonly WrappingAlgorithm?: string;
}

/** What a data key is known by. Nothing secret. */
export interface DataKeyFacts {
  readonly KeyId: string;
  readonly KeyVersionId: string;
  readonly CiphertextBlobFingerprint: string;
  readonly DataKeyId?: string;
  readonly NumberOfBytes?: number;
  readonly Rehearsal?: true;
}

/** What the steps of a record that are done have found. */
export interface Known {
  readonly done: ReadonlySet<number>;
  /** Steps that were begun, done or not. */
  readonly begun: ReadonlySet<number>;
  /** By the name of the recipient. */
  readonly wrappingKeys: ReadonlyMap<string, WrappingKeyFacts>;
  readonly dataKey: DataKeyFacts | undefined;
  readonly checkValues: readonly KeyCheckValue[];
  readonly deviations: number;
  /** The step that the last run stopped at, by a No or a mismatch. */
  readonly stopped: number | undefined;
  readonly isSealed: boolean;
  /** Whether it is sealed as complete. */
  readonly isComplete: boolean;
}

/** The exit code of a No, or of what differs. */
const STOPPED = 6;

/** Whether a deviation says, after the last step that ended, why it goes on. */
function isDecided(events: readonly RecordEvent[]): boolean {
  const types = events.map(({ Type }) => Type);
  return types.lastIndexOf('deviation') > types.lastIndexOf('step');
}

/** Reads what is known out of the events of a record. */
export function knownOf(events: readonly RecordEvent[]): Known {
  const done = events.filter(
    (event): event is StepEvent & RecordEvent => event.Type === 'step' && event.Outcome === 'done',
  );
  const facts = done.map(({ Facts = {} }) => Facts);
  const having = <T>(name: keyof T & string): T[] =>
    facts.filter((each) => Object.hasOwn(each, name)).map((each: JsonObject) => each as T);
  const wrappingKeys = having<WrappingKeyFacts>('PublicKeyFingerprint');
  const last = events.findLast(({ Type }) => Type === 'step');
  return {
    stopped:
      last?.Type === 'step' && last.ExitCode === STOPPED && !isDecided(events)
        ? last.Number
        : undefined,
    done: new Set(done.map(({ Number: number }) => number)),
    begun: new Set(events.flatMap((event) => (event.Type === 'step-begun' ? [event.Number] : []))),
    wrappingKeys: new Map(wrappingKeys.toReversed().map((each) => [each.Recipient, each])),
    dataKey: having<DataKeyFacts>('CiphertextBlobFingerprint')[0],
    checkValues:
      having<{ readonly KeyCheckValues: readonly KeyCheckValue[] }>('KeyCheckValues')[0]
        ?.KeyCheckValues ?? [],
    deviations: events.filter(({ Type }) => Type === 'deviation').length,
    isSealed: events.some(({ Type }) => Type === 'seal'),
    isComplete: events.some((event) => event.Type === 'seal' && event.Complete),
  };
}
