import { invalidParameter } from '../refusal.ts';
import type { Parameters } from '../request/parameters.ts';

const MAX_LENGTH = 8192;

/**
 * Reads a description of a KMS key: at most 8,192 characters; empty if the parameter is absent.
 *
 * @throws KmsRefusal `InvalidParameter`
 */
export function readDescription(parameters: Parameters, name: string): string {
  const description = parameters.get(name) ?? '';
  if (description.length > MAX_LENGTH) throw invalidParameter(name);
  return description;
}
