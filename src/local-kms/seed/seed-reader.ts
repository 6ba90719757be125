import { hkdfSync } from 'node:crypto';
import type { RandomBytes } from '../identifiers.ts';
import type { Mistake, Report } from '../mistake.ts';
import { intervalSeconds } from '../state/new-key.ts';
import type { SeedTag } from './seed-document.ts';

/** 100 years. */
const MAX_FROM_NOW_MS = 100 * 365.25 * 86_400_000;

/** Returns the random bytes for something that a seed leaves out; the name says for what. */
type BytesFor = (name: string) => RandomBytes;

/** Reads what the parts of a seed have in common, and collects their mistakes. */
export class SeedReader {
  readonly now: Date;
  readonly bytesFor: BytesFor;
  readonly randomBytes: RandomBytes;
  readonly mistakes: Mistake[] = [];
  readonly #places = new Map<string, string>();

  /** @param deriveFrom - DeriveFrom of the seed, for the same bytes each time; undefined for random ones */
  constructor(now: Date, deriveFrom: string | undefined, randomBytes: RandomBytes) {
    this.now = now;
    this.bytesFor = deriveFrom === undefined ? () => randomBytes : derivedBytes(deriveFrom);
    this.randomBytes = randomBytes;
  }

  readonly report: Report = (path, problem) => {
    this.mistakes.push({ path, problem });
  };

  /** A date, or a time relative to now; now if absent. */
  time(path: string, text: string | undefined): Date {
    if (text === undefined) return this.now;
    const isRelative = text.startsWith('+') || text.startsWith('-');
    const date = isRelative
      ? new Date(this.now.getTime() + 1000 * intervalSeconds(text))
      : new Date(text);
    // Date carries a day that the month does not have into the next month.
    const exists = isRelative
      ? Math.abs(date.getTime() - this.now.getTime()) <= MAX_FROM_NOW_MS
      : !Number.isNaN(date.getTime()) && date.toISOString() === text.replace('Z', '.000Z');
    if (exists) return date;
    this.report(path, 'must be a valid time, at most 100 years from now');
    return this.now;
  }

  /** Reports a name that two things of one kind have. */
  claim(kind: string, name: string, path: string): void {
    const place = this.#places.get(`${kind} ${name}`);
    if (place === undefined) this.#places.set(`${kind} ${name}`, path);
    else this.report(path, `is the same as ${place}; it must be unique`);
  }

  tags(path: string, tags: readonly SeedTag[] = []): ReadonlyMap<string, string> {
    const map = new Map(tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
    if (map.size !== tags.length) this.report(path, 'must not have the same TagKey twice');
    return map;
  }
}

/** Derives bytes with HKDF-SHA256 (RFC 5869), the salt `kmsx-local-kms-seed/1` and the name as info. */
function derivedBytes(text: string): BytesFor {
  return (name) => (length) =>
    Buffer.from(hkdfSync('sha256', text, 'kmsx-local-kms-seed/1', name, length));
}
