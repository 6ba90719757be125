import { invalidParameter } from '../refusal.ts';
import type { Parameters } from './parameters.ts';

/**
 * Reads a repeated parameter as RPC calls send it: `NAME.1=a&NAME.2=b`, or, of objects, `NAME.1.Key=a&NAME.1.Value=b`.
 *
 * @param max - the most items that it may have
 * @returns the members of each item by name, in their order; a plain value has the empty name. Empty if there are none
 * @throws KmsRefusal `InvalidParameter` for numbers that do not begin at 1 or leave one out, and for too many items
 */
export function repeatedItems(parameters: Parameters, name: string, max: number): Parameters[] {
  const items = new Map<number, Map<string, string>>();
  for (const [full, value] of parameters) {
    if (!full.startsWith(`${name}.`)) continue;
    const [index = '', ...member] = full.slice(name.length + 1).split('.');
    if (!/^[1-9]\d{0,3}$/.test(index)) throw invalidParameter(name);
    const item = items.get(Number(index)) ?? new Map<string, string>();
    items.set(Number(index), item.set(member.join('.'), value));
  }
  if (items.size > max || Math.max(0, ...items.keys()) !== items.size) throw invalidParameter(name);
  return [...items].sort(([a], [b]) => a - b).map(([, item]) => item);
}

/**
 * The texts of a repeated parameter that has plain values.
 *
 * @throws KmsRefusal as `repeatedItems`; `InvalidParameter` for an empty text and an object
 */
export function repeatedTexts(parameters: Parameters, name: string, max: number): string[] {
  return repeatedItems(parameters, name, max).map((item) => {
    const text = item.get('') ?? '';
    if (text === '' || item.size > 1) throw invalidParameter(name);
    return text;
  });
}
