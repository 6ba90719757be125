import type { Body, Parameters } from '../protocol.ts';

/**
 * Who calls. The seed of the embedded KMS has them all; against the real service there are the first three, and
 * the steps of the others are left out.
 */
export type Identity =
  | 'account'
  | 'wrong secret'
  | 'unknown access key'
  | 'inactive access key'
  | 'limited user'
  | 'role'
  | 'role with a wrong token'
  | 'role without its token'
  | 'role with an expired token';

/** What later steps need of earlier ones, by name. */
export type Saved = Map<string, string>;

/** A value that an answer must have, with `${saved}` in texts; null: the field is not there. */
export type Expected = string | number | boolean | RegExp | null;

interface AnyStep {
  /** A sentence: what is so. */
  readonly name: string;
  readonly action: string;
  /** Row of the table, where it is not the action's. */
  readonly row?: string;
  /** With `${saved}` in texts. */
  readonly parameters?: Parameters;
  readonly as?: Identity;
  /** Not for the real service: it needs a seed, costs more than a key, or touches what the scenario did not make. */
  readonly isLocalOnly?: boolean;
  /** Values that the parameters need, computed from what is saved. */
  readonly computes?: (saved: Saved) => Readonly<Record<string, string>>;
}

interface AnsweredStep extends AnyStep {
  /** By path (`KeyMetadata.KeyId`). */
  readonly answers?: Readonly<Record<string, Expected>>;
  /** Paths of the answer, by the name under which they are saved. */
  readonly saves?: Readonly<Record<string, string>>;
  /** Throws where the answer is not right. */
  readonly proves?: (body: Body, saved: Saved) => void;
}

interface RefusedStep extends AnyStep {
  readonly refused: readonly [code: string, httpStatus: number];
}

export type Step = AnsweredStep | RefusedStep;

/** Steps of the scenario, in their order. */
export function defineSteps(steps: readonly Step[]): readonly Step[] {
  return steps;
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
export const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** What was saved under a name. */
export function get(saved: Saved, name: string): string {
  const value = saved.get(name);
  if (value === undefined) throw new Error(`needs ${name}, which no step before it has saved`);
  return value;
}

/** A text with what was saved in place of its `${names}`. */
export function fill(text: string, saved: Saved): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => get(saved, name));
}

/** The value at a path of an answer; undefined where there is none. */
export function at(body: Body, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null
          ? (value as Readonly<Record<string, unknown>>)[name]
          : undefined,
      body,
    );
}

/** The text at a path of an answer. */
export function textAt(body: Body, path: string): string {
  const value = at(body, path);
  if (typeof value !== 'string') throw new Error(`${path} is not text`);
  return value;
}

/** The objects in an array at a path of an answer. */
export function listAt(body: Body, path: string): readonly Body[] {
  const value = at(body, path);
  if (!Array.isArray(value)) throw new Error(`${path} is no array`);
  return value as readonly Body[];
}
