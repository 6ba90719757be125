import type { CeremonyPlan } from '../../ceremony/plan/plan.ts';
import { html } from '../html.ts';
import { page } from '../page.ts';
import { ending, exceptionSheets, spellingAlphabet } from './closing.ts';
import { whatIsMade } from './key.ts';
import { opening, participants, things } from './opening.ts';
import { stepBlocks } from './steps.ts';

/** What a script is printed from. */
export interface ScriptSource {
  readonly plan: CeremonyPlan;
  /** SHA-256 over the bytes of the plan: 64 hexadecimal digits. */
  readonly planSHA256: string;
  /** The version of kmsx. */
  readonly version: string;
}

/**
 * The script of a ceremony on paper, before the day: one self-contained file of HTML, to be printed on A4 or Letter.
 * It depends on what it is printed from alone.
 */
export function ceremonyScript({ plan, planSHA256, version }: ScriptSource): string {
  return page(
    {
      practice: plan.Practice,
      title: plan.Title,
      place: plan.Place,
      what: 'Ceremony script',
      planSHA256,
    },
    html`${opening(plan, planSHA256, version)} ${participants(plan.People)} ${things()}
    ${whatIsMade(plan)} ${stepBlocks(plan)} ${spellingAlphabet()} ${exceptionSheets()}
    ${ending(plan.People)}`,
  );
}
