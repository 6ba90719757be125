import { isJsonObject } from '../base/json.ts';
import { FINGERPRINT } from '../documents/fields.ts';
import type { KeyCheckValue } from '../documents/key-check-value.ts';
import { isKeyCheckValue } from '../documents/key-check-value.ts';
import { lineChanged } from './chain.ts';
import type { RecordEvent } from './events.ts';
import type { ReadRecord } from './read-record.ts';

/** By what a data key is known, in a step, in a document or in a whole record. */
export interface KeyFacts {
  readonly dataKeyIds: readonly string[];
  readonly checkValues: readonly KeyCheckValue[];
  /** Of the CiphertextBlobs: `SHA256:` and 64 hexadecimal digits. */
  readonly blobs: readonly string[];
  /** Of the wrapping keys that it was exported under: `SHA256:` and 64 hexadecimal digits. */
  readonly wrappingKeys: readonly string[];
}

/** What a value tells of a data key, in fields by the names that kmsx's documents give them, at any depth. */
export function keyFactsOf(value: unknown): KeyFacts {
  return {
    dataKeyIds: textsNamed(value, 'DataKeyId'),
    checkValues: partsNamed(value, 'KeyCheckValues').flat().filter(isKeyCheckValue),
    blobs: textsNamed(value, 'CiphertextBlobFingerprint'),
    wrappingKeys: textsNamed(value, 'PublicKeyFingerprint'),
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
      dataKeyIds: [...known.dataKeyIds, ...told.dataKeyIds],
      checkValues: [...known.checkValues, ...told.checkValues],
      blobs: [...known.blobs, ...told.blobs],
      wrappingKeys: [...known.wrappingKeys, ...told.wrappingKeys],
    };
  }
  return known;
}

/** What shows that two are not the same data key, or undefined where nothing does. */
export function whatDiffers(known: KeyFacts, other: KeyFacts): string | undefined {
  const isOtherId = (id: string): boolean => known.dataKeyIds.some((each) => each !== id);
  if (other.dataKeyIds.some(isOtherId)) return 'DataKeyId';
  const isOtherValue = ({ Method, Value }: KeyCheckValue): boolean =>
    known.checkValues.some((each) => each.Method === Method && each.Value !== Value);
  return other.checkValues.some(isOtherValue) ? 'key check value' : undefined;
}

/** Whether something shows that two are the same data key, or made for the same wrapping key. */
export function hasInCommon(known: KeyFacts, other: KeyFacts): boolean {
  const isKnown = ({ Method, Value }: KeyCheckValue): boolean =>
    known.checkValues.some((each) => each.Method === Method && each.Value === Value);
  return (
    other.checkValues.some(isKnown) ||
    other.dataKeyIds.some((id) => known.dataKeyIds.includes(id)) ||
    other.blobs.some((blob) => known.blobs.includes(blob)) ||
    other.wrappingKeys.some((key) => known.wrappingKeys.includes(key))
  );
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

/** A value that was compared, in the field that has it elsewhere: `SHA256:…` of a wrapping key, or `METHOD VALUE`. */
function comparedValue(value: string): unknown {
  if (FINGERPRINT.test(value)) return { PublicKeyFingerprint: value };
  const [Method, Value] = value.split(' ');
  return { KeyCheckValues: [{ Method, Value }] };
}

function textsNamed(value: unknown, name: string): string[] {
  return partsNamed(value, name).filter((part) => typeof part === 'string');
}

/** The values of all members of that name, at any depth. */
function partsNamed(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => partsNamed(item, name));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([member, part]) =>
    member === name ? [part] : partsNamed(part, name),
  );
}
