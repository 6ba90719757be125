import type { Session } from '../../../terminal/session.ts';
import type { TakenBy } from '../../shared/actions.ts';

export const ACTIONS = ['plan', 'script'] as const;

export type CeremonyAction = (typeof ACTIONS)[number];

export interface CeremonyOptions {
  readonly out?: string;
}

/** Options that are not for every action. */
export const TAKEN_BY: TakenBy<CeremonyOptions, CeremonyAction> = {
  out: ['script'],
};

/** What an action does, given the path of the plan as it was typed. */
export type RunAction = (
  plan: string | undefined,
  options: CeremonyOptions,
  session: Session,
) => Promise<void>;
