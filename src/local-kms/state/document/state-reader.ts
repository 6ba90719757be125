import { kmsxError } from '../../../base/error.ts';
import { FieldReader } from '../../../base/fields.ts';
import type { JsonObject } from '../../../base/json.ts';

/** Reads the fields of what a state is kept in: those of its document, or of a change in its journal. */
export function stateReader(document: JsonObject, path: string, at?: () => string): FieldReader {
  const malformed = (place: string, problem: string): Error => malformedState(path, place, problem);
  return new FieldReader(document, { malformed }, at);
}

/** The error for a state that cannot be read: where, and why, but never what is there. */
export function malformedState(
  path: string,
  place: string,
  problem: string,
  cause?: unknown,
): Error {
  const message = `${path}${place === '' ? '' : `: ${place}`} ${problem}`;
  return kmsxError('state-malformed', message, { details: { path, place }, cause });
}
