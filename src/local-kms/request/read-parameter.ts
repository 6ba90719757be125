import { decodeBase64 } from '../../base/bytes.ts';
import { parseJson } from '../../base/json.ts';
import type { Parameters } from './parameters.ts';
import { invalidParameter, missingParameter } from '../refusal.ts';

/** A parameter that must be there and not empty. Throws `MissingParameter`. */
export function requiredText(parameters: Parameters, name: string): string {
  const value = parameters.get(name) ?? '';
  if (value === '') throw missingParameter(name);
  return value;
}

/** One of several values, or undefined where the parameter is absent. Throws `InvalidParameter`. */
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

/** `true` or `false`, in any letter case (the official Python client writes `True`); absent is false. Throws `InvalidParameter`. */
export function optionalBoolean(parameters: Parameters, name: string): boolean {
  const value = parameters.get(name);
  if (value !== undefined && !/^(?:true|false)$/i.test(value)) throw invalidParameter(name);
  return value?.toLowerCase() === 'true';
}

/**
 * A whole number in decimal digits, without sign and leading zeros, or undefined where the parameter is absent.
 * Throws `InvalidParameter` for anything else and for a number out of its range, the limits included.
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
 * The value of a parameter in JSON that repeats no name within an object, or undefined where the parameter is absent.
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
