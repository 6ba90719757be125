import { isJsonObject } from '../../base/json.ts';
import { sha256Digits } from '../digits.ts';
import type { Content } from '../html.ts';
import { html } from '../html.ts';
import { aloud, facts } from '../parts.ts';

/** Deeper, columns get too narrow to read. */
const MAX_DEPTH = 3;

/** Ids and check values, of whole bytes. */
const HEXADECIMAL = /^(?:[0-9a-f]{2}){3,32}$/;

/** A value of JSON on paper: hashes, ids and check values as they are read aloud, objects by their names. */
export function valueOnPaper(value: unknown, depth = 0): Content {
  if (typeof value === 'string') return textOnPaper(value);
  if (Array.isArray(value)) {
    return value.map((item) => html`<div>${valueOnPaper(item, depth)}</div>`);
  }
  if (!isJsonObject(value)) return String(value);
  const { Method, Value } = value;
  if (typeof Method === 'string' && typeof Value === 'string') {
    return html`<div>${Method}</div>
      ${textOnPaper(Value)}`;
  }
  if (depth === MAX_DEPTH) return html`<code>${JSON.stringify(value)}</code>`;
  return facts(Object.entries(value).map(([name, part]) => [name, valueOnPaper(part, depth + 1)]));
}

function textOnPaper(text: string): Content {
  const digits = sha256Digits(text) ?? (HEXADECIMAL.test(text) ? text : undefined);
  return digits === undefined ? text : aloud(digits);
}
