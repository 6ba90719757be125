import type { JsonObject } from '../base/json.ts';
import { isJsonObject } from '../base/json.ts';

/** The value of a field, whatever the letter case of its name. */
export function fieldOf(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const found = Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : object[found];
}

/** A Code or RequestId, if it looks like one: what goes into messages is checked, whoever sent it. */
export function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)
    ? value
    : undefined;
}

/** A JSON object, or an empty one in place of anything else. */
export function parseObject(bytes: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
