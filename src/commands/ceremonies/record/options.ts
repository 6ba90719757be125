import type { ADDED_TYPES } from '../../../record/events.ts';
import type { Session } from '../../../terminal/session.ts';
import type { TakenBy } from '../../shared/actions.ts';

export const ACTIONS = ['verify', 'head', 'print', 'add'] as const;
export type RecordActionName = (typeof ACTIONS)[number];

/** The options of all actions. */
export interface RecordOptions {
  readonly head?: string;
  readonly allowedSigners?: string;
  readonly threshold?: string;
  readonly type?: (typeof ADDED_TYPES)[number];
  readonly in?: string;
  readonly by: readonly string[];
  readonly text?: string;
  readonly acceptHead?: string;
  readonly out?: string;
}

/** Options that are not for every action. */
export const TAKEN_BY: TakenBy<RecordOptions, RecordActionName> = {
  head: ['verify'],
  allowedSigners: ['verify'],
  threshold: ['verify'],
  type: ['add'],
  in: ['add'],
  by: ['add'],
  text: ['add'],
  acceptHead: ['add'],
  out: ['print'],
};

/** What an action does with the folder of a record, as the user named it. */
export type RecordAction = (
  folder: string,
  options: RecordOptions,
  session: Session,
) => Promise<void>;
