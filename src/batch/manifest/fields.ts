import type { KmsxError } from '../../base/error.ts';
import { kmsxError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import { nearestName } from '../../base/text/nearly-right.ts';

/** The commands that are run for many keys. */
export const BATCH_COMMANDS = [
  'export-key',
  'reexport-key',
  'reencrypt-key',
  'verify-key',
  'unwrap-key',
] as const;

export type BatchCommand = (typeof BATCH_COMMANDS)[number];

/** What a line says, or the options say for all lines, by the names of a manifest. */
export interface LineValues {
  readonly KeyId?: string | undefined;
  readonly Pubkey?: readonly string[] | undefined;
  readonly ExpectFingerprint?: readonly string[] | undefined;
  readonly KeySpec?: 'AES_256' | 'AES_128' | undefined;
  readonly NumberOfBytes?: string | undefined;
  readonly WrappingAlgorithm?: string | undefined;
  /** Names and values; not judged yet. */
  readonly Context?: Readonly<Record<string, string>> | undefined;
  readonly Bind?: boolean | undefined;
  readonly In?: string | undefined;
  readonly ToKeyId?: string | undefined;
  readonly ToContext?: Readonly<Record<string, string>> | undefined;
  readonly Privkey?: string | undefined;
  readonly Against?: readonly string[] | undefined;
  readonly ExpectCheckValue?: readonly string[] | undefined;
}

type FieldName = keyof LineValues;

/** The fields of each command's lines, besides Name. */
const FIELDS: Readonly<Record<BatchCommand, readonly FieldName[]>> = {
  'export-key': [
    'KeyId',
    'Pubkey',
    'ExpectFingerprint',
    'KeySpec',
    'NumberOfBytes',
    'WrappingAlgorithm',
    'Context',
    'Bind',
  ],
  'reexport-key': ['In', 'Pubkey', 'ExpectFingerprint', 'WrappingAlgorithm', 'Context'],
  'reencrypt-key': ['In', 'ToKeyId', 'Context', 'ToContext'],
  'verify-key': ['In', 'Privkey', 'Against', 'ExpectCheckValue'],
  'unwrap-key': ['In', 'Privkey', 'ExpectCheckValue'],
};

/** The fields that a line of a command may have, `Name` first. */
export function fieldsOf(command: BatchCommand): readonly string[] {
  return ['Name', ...FIELDS[command]];
}

/** A field's value as it is used, or what is wrong with it. */
type Read = (value: unknown) => { readonly value: unknown } | string;

const text: Read = (value) => {
  if (typeof value !== 'string') return 'is not text';
  return value === '' ? 'is empty' : { value };
};

const texts: Read = (value) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return 'is empty';
  return list.every((each) => typeof each === 'string' && each !== '')
    ? { value: list }
    : 'is neither text nor a list of texts';
};

const object: Read = (value) =>
  isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string')
    ? { value }
    : 'is not an object of strings';

const keySpec: Read = (value) =>
  value === 'AES_256' || value === 'AES_128' ? { value } : 'is neither AES_256 nor AES_128';

/** CSV has text only. */
const number: Read = (value) => {
  const isNumber = typeof value === 'number' || typeof value === 'string';
  return isNumber ? { value: String(value) } : 'is not a number';
};

const flag: Read = (value) => {
  if (value === true || value === 'true') return { value: true };
  return value === false || value === 'false' ? { value: false } : 'is neither true nor false';
};

const READERS: Readonly<Record<FieldName, Read>> = {
  KeyId: text,
  Pubkey: texts,
  ExpectFingerprint: texts,
  KeySpec: keySpec,
  NumberOfBytes: number,
  WrappingAlgorithm: text,
  Context: object,
  Bind: flag,
  In: text,
  ToKeyId: text,
  ToContext: object,
  Privkey: text,
  Against: texts,
  ExpectCheckValue: texts,
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** A line whose fields have the right types, and all mistakes in it. */
export interface ReadLine {
  /** Undefined where it is missing or malformed: then that is a mistake. */
  readonly name: string | undefined;
  readonly values: LineValues;
  readonly mistakes: readonly KmsxError[];
}

/** Reads the fields of a line: the name, and by their types those that the command takes; no other is ignored. */
export function readLine(command: BatchCommand, fields: JsonObject): ReadLine {
  const known = fieldsOf(command);
  const mistakes: KmsxError[] = [];
  const values: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (field === 'Name') continue;
    if (!known.includes(field)) {
      mistakes.push(unknownField(command, field, known));
      continue;
    }
    const read = READERS[field as FieldName](value);
    if (typeof read === 'string') mistakes.push(mistake(`${field} ${read}`));
    else values[field] = read.value;
  }
  const name = fields['Name'];
  const isName = typeof name === 'string' && NAME.test(name);
  if (!isName) {
    const problem = name === undefined ? 'is missing' : 'is malformed';
    mistakes.push(
      mistake(
        `Name ${problem}: up to 128 letters, digits and ._- of which the first is a letter or digit`,
      ),
    );
  }
  return { name: isName ? name : undefined, values, mistakes };
}

function unknownField(command: BatchCommand, field: string, known: readonly string[]): KmsxError {
  const near = nearestName(field, known);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return mistake(
    `${JSON.stringify(field.slice(0, 80))} is no field of a line of batch ${command}${meant}`,
  );
}

function mistake(message: string): KmsxError {
  return kmsxError('manifest-malformed', message, { hints: [] });
}
