import { isJsonObject } from '../../base/json.ts';

/** The values of all members of that name, at any depth. */
export function partsNamed(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => partsNamed(item, name));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([member, part]) =>
    member === name ? [part] : partsNamed(part, name),
  );
}
