import type { Session } from '../../../terminal/session.ts';
import type { TakenBy } from '../../shared/actions.ts';

export const ACTIONS = ['plan'] as const;

export type CeremonyAction = (typeof ACTIONS)[number];

export type CeremonyOptions = Readonly<Record<string, never>>;

/** Options that are not for every action. */
export const TAKEN_BY: TakenBy<CeremonyOptions, CeremonyAction> = {};

/** What an action does, given the path of the plan as it was typed. */
export type RunAction = (
  plan: string | undefined,
  options: CeremonyOptions,
  session: Session,
) => Promise<void>;
