import type { Session } from '../../../terminal/session.ts';
import type { TakenBy } from '../../shared/actions.ts';

export const ACTIONS = ['head'] as const;
export type RecordActionName = (typeof ACTIONS)[number];

/** The options of all actions. */
export type RecordOptions = Readonly<Record<string, never>>;

/** Options that are not for every action. */
export const TAKEN_BY: TakenBy<RecordOptions, RecordActionName> = {};

/** What an action does with the folder of a record, as the user named it. */
export type RecordAction = (
  folder: string,
  options: RecordOptions,
  session: Session,
) => Promise<void>;
