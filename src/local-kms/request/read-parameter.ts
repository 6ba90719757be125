import { decodeBase64 } from '../../base/bytes/bytes.ts';
import { parseJson } from '../../base/json.ts';
import type { Parameters } from './parameters.ts';
import { invalidParameter, missingParameter, refusal } from '../refusal.ts';

/** A required, non-empty parameter. Throws `MissingParameter`. */
export function requiredText(parameters: Parameters, name: string): string {
  const value = parameters.get(name) ?? '';
  if (value === '') throw missingParameter(name);
  return value;
}

/**
 * Refuses `Recipient`, the attestation of a trusted environment (official SDKs of 2026): KMS then answers
 * CiphertextForRecipient in place of the plaintext, and whoever asks for that must not get the plaintext.
 *
 * @throws KmsRefusal `UnsupportedOperation`
 */
export function refuseRecipient(parameters: Parameters): void {
  if (parameters.has('Recipient')) throw refusal('UnsupportedOperation');
}

/** One of several values, or undefined if the parameter is absent. Throws `InvalidParameter`. */
export function optionalChoice<T extends string>(
  parameters: Parameters,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = parameters.get(name);
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw invalidParameter(name);
  return choice;
}

/** One of several values. Throws `MissingParameter` and `InvalidParameter`. */
export function requiredChoice<T extends string>(
  parameters: Parameters,
  name: string,
  choices: readonly T[],
): T {
  requiredText(parameters, name);
  const choice = optionalChoice(parameters, name, choices);
  if (choice === undefined) throw missingParameter(name);
  return choice;
}

/**
 * `true` or `false`, in any letter case (the official Python client writes `True`); false if absent.
 * Throws `InvalidParameter`.
 */
export function optionalBoolean(parameters: Parameters, name: string): boolean {
  const value = parameters.get(name);
  if (value !== undefined && !/^(?:true|false)$/i.test(value)) throw invalidParameter(name);
  return value?.toLowerCase() === 'true';
}

/** As `optionalBoolean`, of a required parameter. Throws `MissingParameter` too. */
export function requiredBoolean(parameters: Parameters, name: string): boolean {
  requiredText(parameters, name);
  return optionalBoolean(parameters, name);
}

/**
 * A whole number in decimal digits, without sign and leading zeros, from `min` to `max`; undefined if the parameter is
 * absent. Throws `InvalidParameter`.
 */
export function optionalInteger(
  parameters: Parameters,
  name: string,
  min: number,
  max: number,
): number | undefined {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  const value = /^(?:0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw invalidParameter(name);
  return value;
}

/** As `optionalInteger`, of a required parameter. Throws `MissingParameter` too. */
export function requiredInteger(
  parameters: Parameters,
  name: string,
  min: number,
  max: number,
): number {
  requiredText(parameters, name);
  const value = optionalInteger(parameters, name, min, max);
  if (value === undefined) throw missingParameter(name);
  return value;
}

/**
 * The bytes of a required parameter in standard, padded base64, between one byte and `maxBytes`.
 * Throws `MissingParameter` and `InvalidParameter`.
 */
export function requiredBytes(parameters: Parameters, name: string, maxBytes: number): Buffer {
  const bytes = decodeBase64(requiredText(parameters, name));
  if (bytes === undefined || bytes.length > maxBytes) throw invalidParameter(name);
  return bytes;
}

/**
 * The value of a parameter in JSON without repeated names, or undefined if the parameter is absent.
 * Throws `InvalidParameter`.
 */
export function optionalJson(parameters: Parameters, name: string): unknown {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  try {
    return parseJson(text, name);
  } catch {
    throw invalidParameter(name);
  }
}
