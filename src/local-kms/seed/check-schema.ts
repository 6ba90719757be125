import type { ErrorObject } from 'ajv';
import type { Mistake } from '../mistake.ts';
import { pointer } from '../mistake.ts';
import type { SeedDocument } from './seed-document.ts';
import { compileSeedSchema } from './seed-schema.ts';

/**
 * Checks a document against the JSON schema of seeds.
 *
 * @returns the document, or all its mistakes; they quote no value
 */
export function checkSchema(document: unknown): SeedDocument | readonly Mistake[] {
  const isSeed = compileSeedSchema();
  return isSeed(document) ? document : (isSeed.errors ?? []).map(mistakeOf);
}

function mistakeOf({ instancePath, keyword, params, parentSchema }: ErrorObject): Mistake {
  const { missingProperty, additionalProperty } = params as Readonly<Record<string, string>>;
  if (keyword === 'required' || keyword === 'dependentRequired') {
    const { property } = params as Readonly<Record<string, string>>;
    const reason = keyword === 'required' ? '' : `, which ${property ?? ''} needs`;
    return { path: pointer(instancePath, missingProperty ?? ''), problem: `is missing${reason}` };
  }
  const { description, properties } = (parentSchema ?? {}) as {
    readonly description?: string;
    readonly properties?: Readonly<Record<string, unknown>>;
  };
  if (keyword === 'additionalProperties') {
    const known = Object.keys(properties ?? {}).join(', ');
    return {
      path: pointer(instancePath, additionalProperty ?? ''),
      problem: `is not known here; what is: ${known}`,
    };
  }
  return { path: instancePath, problem: `must be ${description ?? 'as its schema says'}` };
}
