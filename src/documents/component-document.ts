import { decodeText } from '../base/text/text.ts';
import { kmsxError } from '../base/error.ts';
import type { JsonObject } from '../base/json.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import { secretBuffer, SecretBytes } from '../base/bytes/secret-bytes.ts';
import { encodeBase64Bytes } from '../base/bytes/secret-encoding.ts';
import { toDocument } from './backup-document.ts';
import { DocumentFields } from './fields.ts';
import type { KeyCheckValue } from './key-check-value.ts';
import { MIN_CHECKED_KEY_BYTES, readCheckValues } from './key-check-value.ts';
import { takeSecretField } from './secret-field.ts';

export const COMPONENT_FORMAT = 'kmsx-component/1';

/** No more components than Shamir's scheme over GF(2^8) has coordinates. */
export const MAX_COMPONENTS = 255;

/** Which data key a component belongs to, as far as it is known: what the backup and export documents say of it. */
export interface ComponentOrigin {
  /** The KMS key that the data key was made under, and its version. */
  readonly KeyId?: string | undefined;
  readonly KeyVersionId?: string | undefined;
  /** 32 hexadecimal digits, where the data key was made with `--bind`. */
  readonly DataKeyId?: string | undefined;
  /** The embedded KMS made the data key. */
  readonly Rehearsal?: true | undefined;
}

/** What a component document says beside the component itself: nothing that is secret. */
export interface ComponentFacts extends ComponentOrigin {
  readonly Format: typeof COMPONENT_FORMAT;
  /** 16 random bytes in lower-case hexadecimal: the same in all components of one split, and in no others. */
  readonly SetId: string;
  /** Which component of the set it is, from 1. */
  readonly Number: number;
  /** How many components the set has, 2 to 255. */
  readonly NumberOfComponents: number;
  /** How many of them make the key, 2 to NumberOfComponents; by XOR all. */
  readonly Threshold: number;
  /** How the key was split. */
  readonly Scheme: 'XOR' | 'SHAMIR';
  /**
   * The check values of the component's own bytes, taken as those of a key: for XOR what an HSM shows when a component
   * is entered. Left out where the data key is shorter than 16 bytes.
   */
  readonly ComponentCheckValues?: readonly KeyCheckValue[];
  /** The check values of the whole data key. Left out where it is shorter than 16 bytes. */
  readonly KeyCheckValues?: readonly KeyCheckValue[];
  /** The length of the whole data key. */
  readonly NumberOfBytes: number;
  /** RFC 3339, UTC, milliseconds: when the key was split, by that machine's clock. */
  readonly CreatedAt?: string;
}

/**
 * A component as its document has it, where the field `Component` has the secret in standard base64: as long
 * as the data key by XOR; by SHAMIR one byte longer, which is the coordinate. `docs/documents.md`.
 */
export interface KeyComponent {
  readonly facts: ComponentFacts;
  readonly secret: SecretBytes;
}

/**
 * Encodes a component document: one line of JSON, of which the secret never becomes a JavaScript string.
 *
 * @returns the line, which the caller overwrites
 */
export function encodeComponentDocument({ facts, secret }: KeyComponent): Buffer {
  const { Format, SetId, Number, NumberOfComponents, Threshold, Scheme, ...rest } = facts;
  const before = JSON.stringify({ Format, SetId, Number, NumberOfComponents, Threshold, Scheme });
  const after = JSON.stringify(rest);
  const base64 = encodeBase64Bytes(secret.bytes);
  const line = Buffer.concat([
    Buffer.from(`${before.slice(0, -1)},"Component":"`),
    base64,
    Buffer.from(`",${after.slice(1)}\n`),
  ]);
  base64.fill(0);
  return line;
}

/**
 * Reads a component document. Unknown fields are ignored.
 *
 * @param bytes - the file; overwritten
 * @returns the component, whose secret the caller disposes of
 * @throws KmsxError `json-malformed`, `json-name-twice`, `document-malformed`, `document-format-unknown`
 */
export function readComponentDocument(bytes: Buffer, label: string): KeyComponent {
  const taken = takeSecretField(bytes, 'Component');
  const secret = new SecretBytes(taken.secret ?? secretBuffer(0));
  try {
    const text = decodeText(taken.rest, label).trim();
    const object = text.startsWith('{') ? parseJson(text, label) : undefined;
    if (!isJsonObject(object)) throw notComponent(label);
    const facts = readFacts(object, label);
    if (object['Component'] !== '') throw malformed(label, 'Component', 'is missing, or no text');
    assertSecretFits(secret, facts, label);
    return { facts, secret };
  } catch (error) {
    secret.dispose();
    throw error;
  } finally {
    taken.rest.fill(0);
    bytes.fill(0);
  }
}

function readFacts(object: JsonObject, label: string): ComponentFacts {
  assertFormat(object['Format'], label);
  const fields = new DocumentFields(object, label);
  const numberOfComponents = fields.integer('NumberOfComponents', 2, MAX_COMPONENTS);
  const numberOfBytes = fields.integer('NumberOfBytes', 1, 1024);
  const scheme = fields.choice('Scheme', ['XOR', 'SHAMIR']);
  const hasCheckValues = numberOfBytes >= MIN_CHECKED_KEY_BYTES;
  return toDocument<ComponentFacts>({
    Format: COMPONENT_FORMAT,
    SetId: fields.text('SetId', /^[0-9a-f]{32}$/, 'is not 32 hexadecimal digits'),
    Number: fields.integer('Number', 1, numberOfComponents),
    NumberOfComponents: numberOfComponents,
    Threshold: fields.integer(
      'Threshold',
      scheme === 'XOR' ? numberOfComponents : 2,
      numberOfComponents,
    ),
    Scheme: scheme,
    ComponentCheckValues: hasCheckValues
      ? readCheckValues(fields, 'ComponentCheckValues')
      : undefined,
    KeyCheckValues: hasCheckValues ? readCheckValues(fields, 'KeyCheckValues') : undefined,
    NumberOfBytes: numberOfBytes,
    KeyId: fields.optionalText('KeyId'),
    KeyVersionId: fields.optionalText('KeyVersionId'),
    DataKeyId: fields.dataKeyId('DataKeyId'),
    CreatedAt: fields.optionalText('CreatedAt'),
    Rehearsal: fields.flag('Rehearsal'),
  });
}

function assertFormat(format: unknown, label: string): void {
  if (format === COMPONENT_FORMAT) return;
  if (typeof format !== 'string' || !/^kmsx-component\/\d+$/.test(format)) {
    throw notComponent(label);
  }
  throw kmsxError(
    'document-format-unknown',
    `${label} has the Format ${format}; this kmsx reads ${COMPONENT_FORMAT}`,
    { details: { format } },
  );
}

/** At least one: without check values, nothing would show that they were stripped. */
function assertSecretFits(secret: SecretBytes, facts: ComponentFacts, label: string): void {
  if (secret.length === 0) throw malformed(label, 'Component', 'is not standard base64');
  const { Scheme, NumberOfBytes } = facts;
  const length = Scheme === 'SHAMIR' ? NumberOfBytes + 1 : NumberOfBytes;
  if (secret.length !== length) {
    throw malformed(label, 'Component', `has ${secret.length} bytes, and should have ${length}`);
  }
  if (Scheme === 'SHAMIR' && shamirCoordinate(secret.bytes) === 0) {
    throw malformed(label, 'Component', 'has the coordinate 0, which no component has');
  }
}

function notComponent(label: string): Error {
  return kmsxError('document-malformed', `${label} is not a component document`, {
    details: { label, field: 'Format' },
  });
}

function malformed(label: string, field: string, problem: string): Error {
  return kmsxError('document-malformed', `${label}: ${field} ${problem}`, {
    details: { label, field },
  });
}

/** The coordinate of a component of a Shamir split: its last byte. */
export function shamirCoordinate(component: Uint8Array): number {
  return component.at(-1) ?? 0;
}
