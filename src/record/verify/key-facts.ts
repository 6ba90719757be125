import type { KeyCheckValue } from '../../documents/key-check-value.ts';
import { assuranceBits, isKeyCheckValue } from '../../documents/key-check-value.ts';
import { lineChanged } from '../chain/chain.ts';
import type { RecordEvent } from '../events.ts';
import { partsNamed } from '../chain/parts-named.ts';
import type { ReadRecord } from '../chain/read-record.ts';

/** So long a check value is that of one data key alone. */
const STRONG_BITS = 128;

/** By what a data key is known, in a step, in a document or in a whole record. */
export interface KeyFacts {
  readonly dataKeyIds: readonly string[];
  readonly checkValues: readonly KeyCheckValue[];
  /** Of the CiphertextBlobs: `SHA256:` and 64 hexadecimal digits. */
  readonly blobs: readonly string[];
}

/** What a value tells of a data key, in fields by the names that kmsx's documents give them, at any depth. */
export function keyFactsOf(value: unknown): KeyFacts {
  return {
    dataKeyIds: textsNamed(value, 'DataKeyId'),
    checkValues: partsNamed(value, 'KeyCheckValues').flat().filter(isKeyCheckValue),
    blobs: textsNamed(value, 'CiphertextBlobFingerprint'),
  };
}

/**
 * What a record tells of its data key: in the steps that were done, in values that were compared and the same, and in what
 * was added later.
 *
 * @throws KmsxError `record-changed` where an event tells of another data key than one before it
 */
export function recordedKey({ events, label }: Pick<ReadRecord, 'events' | 'label'>): KeyFacts {
  let known: KeyFacts = keyFactsOf(undefined);
  for (const [index, event] of events.entries()) {
    const told = toldBy(event);
    const differs = whatDiffers(known, told);
    if (differs !== undefined) {
      throw lineChanged(label, index + 1, `has another ${differs} than the lines before it`);
    }
    known = {
      dataKeyIds: [...new Set([...known.dataKeyIds, ...told.dataKeyIds])],
      checkValues: [...known.checkValues, ...told.checkValues.filter((each) => !has(known, each))],
      blobs: [...new Set([...known.blobs, ...told.blobs])],
    };
  }
  return known;
}

/**
 * What shows that two are not the same data key, or undefined where nothing does. One data key may have several
 * CiphertextBlobs; where nothing else tells that it is one, another blob is another data key.
 */
export function whatDiffers(known: KeyFacts, other: KeyFacts): string | undefined {
  const isOtherId = (id: string): boolean => known.dataKeyIds.some((each) => each !== id);
  if (other.dataKeyIds.some(isOtherId)) return 'DataKeyId';
  const isOtherValue = ({ Method, Value }: KeyCheckValue): boolean =>
    known.checkValues.some((each) => each.Method === Method && each.Value !== Value);
  if (other.checkValues.some(isOtherValue)) return 'key check value';
  const haveBlobs = known.blobs.length > 0 && other.blobs.length > 0;
  return haveBlobs && !hasInCommon(known, other) ? 'CiphertextBlob' : undefined;
}

/**
 * Whether something shows that two are the same data key: the DataKeyId, the CiphertextBlob or a check value of 128 bits. A
 * shorter one is that of many data keys, and a wrapping key wraps many.
 */
export function hasInCommon(known: KeyFacts, other: KeyFacts): boolean {
  return (
    other.checkValues.some((each) => isStrong(each) && has(known, each)) ||
    other.dataKeyIds.some((id) => known.dataKeyIds.includes(id)) ||
    other.blobs.some((blob) => known.blobs.includes(blob))
  );
}

function isStrong(value: KeyCheckValue): boolean {
  return (assuranceBits([value]) ?? 0) >= STRONG_BITS;
}

function has({ checkValues }: KeyFacts, { Method, Value }: KeyCheckValue): boolean {
  return checkValues.some((each) => each.Method === Method && each.Value === Value);
}

function toldBy(event: RecordEvent): KeyFacts {
  switch (event.Type) {
    case 'step':
      return keyFactsOf(event.Outcome === 'done' ? event.Facts : undefined);
    case 'compared':
      return keyFactsOf(event.Same ? comparedValue(event.Value) : undefined);
    case 'import':
    case 'proof':
    case 'destruction':
    case 'note':
      return keyFactsOf(event.Document);
    default:
      return keyFactsOf(undefined);
  }
}

/** `METHOD VALUE`, in the field that has it elsewhere. */
function comparedValue(value: string): unknown {
  const [Method, Value] = value.split(' ');
  return { KeyCheckValues: [{ Method, Value }] };
}

function textsNamed(value: unknown, name: string): string[] {
  return partsNamed(value, name).filter((part) => typeof part === 'string');
}
