import { KmsxError, kmsxError } from '../base/error.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import { DocumentFields } from '../documents/fields.ts';
import type { KeyCheckValue } from '../documents/key-check-value.ts';
import { parseExpectedCheckValue, readCheckValues } from '../documents/key-check-value.ts';

/** The check values that each backup must have, by its name. */
export type CheckValuesByName = ReadonlyMap<string, readonly KeyCheckValue[]>;

const WORDS = /^(.*\S)\s+(\S+)$/;
const CHECK_VALUE = /^[a-z0-9]+:/i;

/** How many mistakes one error tells. */
const MOST_TOLD = 5;

/**
 * Reads which check values backups must have: lines of JSON with `Name` and `KeyCheckValues`, as proofs and the lines of
 * `drill` have them; or of text, as in `payments label:… ecb:…`. A name may stand on several lines: all its values count.
 * Empty lines, and lines that begin with `#`, are passed over.
 *
 * @param label - what the file is called in errors
 * @throws KmsxError `check-value-malformed`, which names every line that is wrong
 */
export function readCheckValuesFile(text: string, label: string): CheckValuesByName {
  const found = new Map<string, readonly KeyCheckValue[]>();
  const mistakes: string[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    try {
      const { name, values } = line.trimStart().startsWith('{') ? fromJson(line) : fromWords(line);
      found.set(name, [...(found.get(name) ?? []), ...values]);
    } catch (error) {
      if (!(error instanceof KmsxError)) throw error;
      mistakes.push(`line ${index + 1}: ${error.message}`);
    }
  }
  if (mistakes.length === 0 && found.size > 0) return found;
  throw kmsxError('check-value-malformed', `${label} ${told(mistakes)}`, {
    hints: [
      'a line is NAME label:…, or {"Name":"…","KeyCheckValues":[{"Method":"…","Value":"…"}]}',
    ],
  });
}

interface NamedValues {
  readonly name: string;
  readonly values: readonly KeyCheckValue[];
}

function fromJson(line: string): NamedValues {
  const value = parseJson(line, 'it');
  const fields = new DocumentFields(isJsonObject(value) ? value : {}, 'it');
  return { name: fields.text('Name'), values: readCheckValues(fields, 'KeyCheckValues') };
}

function fromWords(line: string): NamedValues {
  const values: KeyCheckValue[] = [];
  let name = line.trim();
  for (;;) {
    const [, before, last = ''] = WORDS.exec(name) ?? [];
    if (before === undefined || !CHECK_VALUE.test(last)) break;
    values.unshift(parseExpectedCheckValue(last));
    name = before;
  }
  if (values.length > 0) return { name, values };
  throw kmsxError('check-value-malformed', 'no check value follows the name');
}

function told(mistakes: readonly string[]): string {
  if (mistakes.length === 0) return 'has no check value';
  const more = mistakes.length - MOST_TOLD;
  const rest = more > 0 ? `; and ${more} more` : '';
  return `is wrong in ${mistakes.slice(0, MOST_TOLD).join('; ')}${rest}`;
}
