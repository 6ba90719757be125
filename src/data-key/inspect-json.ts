import type { JsonObject } from '../base/json.ts';
import { isJsonObject } from '../base/json.ts';
import type { Inspection } from './inspection.ts';

/** A kind of JSON object without a Format: told by its names, of which some are shown. */
interface Shape {
  readonly type: string;
  /** The names that make an object of this kind. */
  readonly has: readonly string[];
  /** The names whose values are shown as they are: nothing secret. */
  readonly shows: readonly string[];
}

/** What else kmsx and KMS print, the most telling names first. */
const SHAPES: readonly Shape[] = [
  {
    type: 'announcement of local-kms',
    has: ['Endpoint', 'AccessKeyId', 'AccessKeySecret'],
    shows: ['Endpoint', 'Region', 'AccessKeyId'],
  },
  {
    type: 'result of a dry run',
    has: ['DryRun', 'WouldSucceed'],
    shows: ['WouldSucceed', 'NotChecked', 'KeyId', 'Region', 'Endpoint', 'Rehearsal'],
  },
  {
    type: 'result of verify-key',
    has: ['Backups'],
    shows: [
      ...['Match', 'KeyCheckValues', 'NumberOfBytes', 'ExpectedCheckValues', 'AssuranceBits'],
      ...['PublicKeyFingerprint', 'ExportedDataKeyFingerprint', 'Backups', 'Rehearsal'],
    ],
  },
  {
    type: 'report of split custody',
    has: ['SetId', 'Components'],
    shows: ['SetId', 'Scheme', 'Threshold', 'KeyCheckValues', 'NumberOfBytes', 'Rehearsal'],
  },
  {
    type: 'key check values',
    has: ['KeyCheckValues'],
    shows: ['KeyCheckValues', 'NumberOfBytes', 'Rehearsal'],
  },
  {
    type: 'report of keygen',
    has: ['PublicKeyFingerprint', 'WrappingKeySpec'],
    shows: ['PublicKeyFingerprint', 'WrappingKeySpec'],
  },
  { type: 'error of kmsx', has: ['Error'], shows: [] },
  {
    type: 'error of KMS',
    has: ['Code', 'Message', 'RequestId'],
    shows: ['Code', 'RequestId'],
  },
];

/**
 * Says what a JSON object without a Format is that holds no ciphertext: a report of kmsx, an error or a plaintext
 * answer of KMS, or a map of strings, of which only the names are shown.
 *
 * @returns undefined where nothing of these fits
 */
export function inspectJson(object: JsonObject): Inspection | undefined {
  const shape = SHAPES.find(({ has }) => has.every((name) => Object.hasOwn(object, name)));
  if (shape !== undefined) {
    const shown = shape.shows.filter((name) => Object.hasOwn(object, name));
    return {
      facts: {
        Type: shape.type,
        ...Object.fromEntries(shown.map((name) => [name, object[name]])),
      },
      identities: identitiesOf(object),
    };
  }
  if (Object.hasOwn(object, 'Plaintext')) return inspectPlaintextAnswer(object);
  const values = Object.values(object);
  if (values.length === 0 || values.some((value) => typeof value !== 'string')) return undefined;
  const facts = {
    Type: 'JSON object of strings',
    MayBe: ['encryption context'],
    Names: Object.keys(object),
  };
  return { facts, identities: {} };
}

/** Whether a raw answer of KMS has a plaintext data key: it must be said, and is not shown. */
export function holdsPlaintext(object: JsonObject): boolean {
  return Object.hasOwn(object, 'Plaintext');
}

function inspectPlaintextAnswer({ KeyId, KeyVersionId }: JsonObject): Inspection {
  return {
    facts: {
      Type: 'answer of KMS',
      ...(typeof KeyId === 'string' && { KeyId }),
      ...(typeof KeyVersionId === 'string' && { KeyVersionId }),
      HoldsPlaintext: true,
    },
    identities: typeof KeyId === 'string' ? { KmsKey: [KeyId] } : {},
  };
}

/** What a report says it is about, by the same digests that `inspect` shows of the documents themselves. */
function identitiesOf(object: JsonObject): Inspection['identities'] {
  const { SetId, PublicKeyFingerprint, ExportedDataKeyFingerprint, KeyCheckValues } = object;
  const backups = Array.isArray(object['Backups']) ? object['Backups'].filter(isJsonObject) : [];
  return {
    ComponentSet: texts([SetId]),
    CiphertextBlob: texts(backups.map((backup) => backup['CiphertextBlobFingerprint'])),
    ExportedDataKey: texts([ExportedDataKeyFingerprint]),
    KeyCheckValue: checkValueTexts(Array.isArray(KeyCheckValues) ? KeyCheckValues : []),
    WrappingKey: texts([PublicKeyFingerprint]),
  };
}

function texts(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string');
}

/** `METHOD:VALUE` of each key check value that is well-formed. */
export function checkValueTexts(values: readonly unknown[]): string[] {
  return values.flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    const { Method, Value } = entry;
    return typeof Method === 'string' && typeof Value === 'string' ? [`${Method}:${Value}`] : [];
  });
}
