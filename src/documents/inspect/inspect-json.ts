import type { JsonObject } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import { PROOF_FORMAT } from '../proof-document.ts';
import { RECORD_FORMAT } from '../record-format.ts';
import type { Facts } from './inspect-relations.ts';

/** A code or kind may be shown; anything else of an error may hold what was sent. */
const WORD = /^[A-Za-z][\w.-]{0,99}$/;

/** A kind of JSON object without a Format: recognised by its names, of which some are shown. */
interface Shape {
  readonly type: string;
  /** The names that make an object of this kind. */
  readonly has: readonly string[];
  /** The names whose values are shown as they are: nothing secret. */
  readonly shows: readonly string[];
}

/** A line of `record.jsonl`. */
const RECORD_EVENT = 'event of a record';
const EVENT_NAMES = [
  ...['At', 'Title', 'Practice', 'CeremonyId', 'Number', 'Name', 'Outcome', 'Step', 'What', 'Same'],
  ...['Complete', 'Steps', 'Deviations', 'By', 'Text', 'Previous'],
] as const;

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
    type: 'record of a ceremony',
    has: ['Ceremony'],
    shows: [
      ...['Ceremony', 'StartedAt', 'EndedAt', 'KmsxVersion', 'KeyId', 'KeyVersionId', 'DataKeyId'],
      ...['NumberOfBytes', 'EncryptionContext', 'Region', 'Endpoint', 'Rehearsal'],
      ...['WrappingAlgorithm', 'PublicKeyFingerprint', 'CiphertextBlobFingerprint'],
      ...['ExportedDataKeyFingerprint', 'KeyCheckValues', 'AssuranceBits'],
      ...['Export', 'Backups', 'PublicKey', 'RequestIds'],
    ],
  },
  {
    type: RECORD_EVENT,
    has: ['At', 'Previous', 'Type'],
    shows: [...EVENT_NAMES],
  },
  {
    type: 'report of rehearse',
    has: ['Passed', 'Steps'],
    shows: ['Passed', 'KeyCheckValues', 'Refused', 'Steps', 'Files', 'Rehearsal'],
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
    type: 'result of drill',
    has: ['Name', 'Place', 'SameKeyAs'],
    shows: [
      ...['Name', 'Place', 'Opens', 'SameKeyAs', 'AssuranceBits', 'Code', 'KeyId', 'KeyVersionId'],
      ...['Region', 'NumberOfBytes', 'KeyCheckValues', 'RequestId', 'LastProved', 'Rehearsal'],
    ],
  },
  {
    type: 'backup of list-backups',
    has: ['Name', 'Place'],
    shows: [
      ...['Name', 'Place', 'KeyId', 'KeyVersionId', 'Region', 'CreatedAt', 'EncryptionContext'],
      ...['DataKeyId', 'NumberOfBytes', 'LastProved', 'Code', 'Rehearsal'],
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
  { type: 'warning of kmsx', has: ['Warning'], shows: [] },
  {
    type: 'finding of doctor',
    has: ['Check', 'Status', 'Message'],
    shows: ['Check', 'Status', 'Code', 'RequestId'],
  },
  {
    type: 'permission of policy --check',
    has: ['Action', 'Resource'],
    shows: ['Action', 'Resource', 'Allowed', 'RequestId', 'Rehearsal'],
  },
  {
    type: 'KMS key of list-keys',
    has: ['KeyId', 'Usable'],
    shows: ['KeyId', 'KeyArn', 'Aliases', 'KeyState', 'KeySpec', 'Usable', 'Rehearsal'],
  },
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
 * @returns undefined if none of these fits
 */
export function inspectJson(object: JsonObject): Facts | undefined {
  const shape = SHAPES.find((candidate) => fits(candidate, object));
  if (shape !== undefined) {
    const shown = shape.shows.filter((name) => Object.hasOwn(object, name));
    return {
      Type: shape.type,
      ...Object.fromEntries(shown.map((name) => [name, object[name]])),
      ...errorFacts(object['Error']),
    };
  }
  if (Object.hasOwn(object, 'Plaintext')) return inspectPlaintextAnswer(object);
  const values = Object.values(object);
  if (values.length === 0 || values.some((value) => typeof value !== 'string')) return undefined;
  return {
    Type: 'JSON object of strings',
    MayBe: ['encryption context'],
    Names: Object.keys(object),
  };
}

/** Documents that stand on a line each. */
const FORMATS_OF_LINES: ReadonlyMap<unknown, string> = new Map([
  [PROOF_FORMAT, 'proof document'],
  [RECORD_FORMAT, RECORD_EVENT],
]);

/**
 * Says what several lines of JSON are, such as `list-keys` and `doctor` print.
 *
 * @returns undefined if a line is not a JSON object of a known kind
 */
export function inspectLines(objects: readonly JsonObject[]): Facts | undefined {
  const types = objects.map((object) =>
    Object.hasOwn(object, 'Format')
      ? FORMATS_OF_LINES.get(object['Format'])
      : SHAPES.find((shape) => fits(shape, object))?.type,
  );
  if (types.length < 2 || types.includes(undefined)) return undefined;
  if (types.every((type) => type === RECORD_EVENT)) return inspectRecord(objects);
  return { Type: 'JSON Lines', Lines: types.length, Of: [...new Set(types)] };
}

/** What a record says of itself: its chain is checked by `record verify` alone. */
function inspectRecord(events: readonly JsonObject[]): Facts {
  const [first = {}] = events;
  const shown = ['Format', 'CeremonyId', 'Title', 'Practice'].filter((name) =>
    Object.hasOwn(first, name),
  );
  const seal = events.find(({ Type }) => Type === 'seal');
  return {
    Type: 'record of a ceremony',
    ...Object.fromEntries(shown.map((name) => [name, first[name]])),
    Events: events.length,
    Sealed: seal !== undefined,
    ...(seal !== undefined && { Complete: seal['Complete'] }),
  };
}

function fits({ has }: Shape, object: JsonObject): boolean {
  return has.every((name) => Object.hasOwn(object, name));
}

function errorFacts(error: unknown): Facts {
  if (!isJsonObject(error)) return {};
  const shown = ['Kind', 'Code', 'RequestId'].filter((name) => {
    const value = error[name];
    return typeof value === 'string' && WORD.test(value);
  });
  return Object.fromEntries(shown.map((name) => [name, error[name]]));
}

/** Whether a raw answer of KMS has a plaintext data key: it must be said, and is not shown. */
export function holdsPlaintext(object: JsonObject): boolean {
  return Object.hasOwn(object, 'Plaintext');
}

function inspectPlaintextAnswer({ KeyId, KeyVersionId }: JsonObject): Facts {
  return {
    Type: 'answer of KMS',
    ...(typeof KeyId === 'string' && { KeyId }),
    ...(typeof KeyVersionId === 'string' && { KeyVersionId }),
    HoldsPlaintext: true,
  };
}
