import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../../schemas/kmsx-local-kms-seed.schema.json' with { type: 'json' };
import type { SeedDocument } from './seed-document.ts';

/**
 * Makes the JSON schema of seeds a function, which takes some 20 ms.
 *
 * @returns whether a value is a seed; its `errors` are then all mistakes of the last one that is none
 */
export function compileSeedSchema(): ValidateFunction<SeedDocument> {
  // `verbose` adds to each mistake the part of the schema that it violates, whose description says what is allowed.
  const ajv = new Ajv2020({ allErrors: true, verbose: true });
  return ajv.compile<SeedDocument>(schema);
}
