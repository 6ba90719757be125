import type { Parameters, Value } from './protocol.ts';

/** The parameters that are lists; in the protocol they are JSON text. */
const LISTS = ['ResourceId', 'Tag', 'TagKey'];

/**
 * The parameters as they stand on the wire, for a client that has one method for any operation: `ResourceId.1=…`,
 * `Tag.1.Key=…`.
 */
export function repeatedParameters(parameters: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) =>
      LISTS.includes(name) ? itemsOf(name, String(value)) : [[name, value] as const],
    ),
  );
}

function itemsOf(name: string, json: string): (readonly [name: string, value: Value])[] {
  const items = JSON.parse(json) as readonly (string | Readonly<Record<string, string>>)[];
  return items.flatMap((item, index) => {
    const at = `${name}.${index + 1}`;
    return typeof item === 'string'
      ? [[at, item] as const]
      : Object.entries(item).map(([member, value]) => [`${at}.${member}`, value] as const);
  });
}
