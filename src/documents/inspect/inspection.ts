import type { Identities } from './inspect-relations.ts';

/** What can be told of a file, by the names of its JSON fields: `Type` first. Nothing secret. */
export type Facts = Readonly<Record<string, unknown>>;

/** What a file is, and by which values it belongs to others. */
export interface Inspection {
  readonly facts: Facts;
  readonly identities: Identities;
}
