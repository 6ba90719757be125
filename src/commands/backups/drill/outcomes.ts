import type { DrillOutcome, Verdict } from '../../../drill/outcome.ts';
import { printResults } from '../../../terminal/output/json-output.ts';
import { showsViews } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import { warnOfRehearsal } from '../../shared/rehearsal.ts';
import type { DrillSummary } from './summary.ts';
import { drillTable } from './table.ts';

/** How often a long drill says how far it is. */
const PROGRESS_MS = 10_000;

/**
 * Prints the outcomes of a drill as they come, or where views are shown as a table in the end, and says now and then how
 * far it is.
 *
 * @returns what was found; the outcomes themselves only for a table or a report
 */
export async function tellOutcomes(
  run: AsyncGenerator<DrillOutcome, { readonly notAsked: number }>,
  session: Session,
  known: Pick<DrillSummary, 'listed' | 'due' | 'leftOut' | 'lost'> & { readonly keepsAll: boolean },
): Promise<{ readonly outcomes: readonly DrillOutcome[]; readonly summary: DrillSummary }> {
  const { io, reporter } = session;
  const isTable = showsViews(session);
  const { keepsAll, ...facts } = known;
  const counts: Record<Verdict, number> = {
    ...{
      proved: 0,
      'another-key': 0,
      'not-opening': 0,
      missing: 0,
      unasked: 0,
      left: 0,
      skipped: 0,
      elsewhere: 0,
      claimed: 0,
    },
  };
  const outcomes: DrillOutcome[] = [];
  const failures: DrillOutcome[] = [];
  let uncompared = 0;
  let told = io.monotonicMs();
  for (let done = 0; ; done += 1) {
    const next = await run.next();
    if (next.done === true) {
      if (isTable && outcomes.length > 0) await print(outcomes, session);
      const { notAsked } = next.value;
      return { outcomes, summary: { ...facts, counts, uncompared, failures, notAsked } };
    }
    const outcome = next.value;
    const { verdict, line } = outcome;
    counts[verdict] += 1;
    if (verdict === 'skipped' || verdict === 'elsewhere') continue;
    if (verdict !== 'proved') failures.push(outcome);
    else if (line.SameKeyAs === 'nothing') uncompared += 1;
    if (isTable || keepsAll) outcomes.push(outcome);
    await warnOfRehearsal({ isRehearsal: line.Rehearsal === true }, session);
    if (!isTable) await print([outcome], session);
    if (io.monotonicMs() - told < PROGRESS_MS) continue;
    told = io.monotonicMs();
    await reporter.note(`drilled ${done + 1} of ${facts.due}`);
  }
}

async function print(outcomes: readonly DrillOutcome[], session: Session): Promise<void> {
  const lines = outcomes.map(({ line }) => line);
  await printResults(lines, drillTable, session);
}
