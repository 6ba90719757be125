import { percentDecode } from './percent-encoding.ts';
import { invalidParameter, refusal } from '../refusal.ts';

/** The parameters of a request by name. In a map no name is special. */
export type Parameters = ReadonlyMap<string, string>;

const MAX_PARAMETERS = 200;

/**
 * Reads a query string or a form body (application/x-www-form-urlencoded). Empty parts (`a=1&&b=2`) are ignored; a name
 * without `=` has the empty value.
 *
 * @throws KmsRefusal `ParseRequestParameterException` for what cannot be decoded, a part without a name and more than
 * 200 parts; `InvalidParameter` for a repeated name
 */
export function parseParameters(text: string): Parameters {
  const parameters = new Map<string, string>();
  if (text === '') return parameters;
  const parts = text.split('&', MAX_PARAMETERS + 1);
  if (parts.length > MAX_PARAMETERS) throw refusal('ParseRequestParameterException');
  for (const part of parts) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = percentDecode(equals === -1 ? part : part.slice(0, equals));
    const value = equals === -1 ? '' : percentDecode(part.slice(equals + 1));
    if (name === undefined || name === '' || value === undefined) {
      throw refusal('ParseRequestParameterException');
    }
    if (parameters.has(name)) throw repeated(name);
    parameters.set(name, value);
  }
  return parameters;
}

/**
 * Merges the parameters of the query and of the form.
 *
 * @throws KmsRefusal `InvalidParameter` for a name in both
 */
export function mergeParameters(query: Parameters, form: Parameters): Parameters {
  const merged = new Map(query);
  for (const [name, value] of form) {
    if (merged.has(name)) throw repeated(name);
    merged.set(name, value);
  }
  return merged;
}

function repeated(name: string): Error {
  return /^[A-Za-z0-9.]{1,64}$/.test(name) ? invalidParameter(name) : refusal('InvalidParameter');
}
