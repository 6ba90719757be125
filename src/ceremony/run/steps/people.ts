import type { Step } from '../../steps.ts';
import { STATEMENT } from '../../steps.ts';
import { confirm } from '../ask.ts';
import type { Findings, Stage } from '../stage.ts';

/** Each person agrees with the statement. */
export async function agree(step: Step, stage: Stage): Promise<Findings> {
  for (const { Name, Role, Affiliation, Identified } of stage.plan.People) {
    const facts = [
      Role,
      ...(Affiliation === undefined ? [] : [Affiliation]),
      ...(Identified === undefined ? [] : [`identified by ${Identified}`]),
    ];
    await confirm(
      {
        What: 'statement',
        Of: Name,
        Value: STATEMENT,
        ComparedBy: Name,
        lines: [`${Name}, ${facts.join(', ')}:`, `"${STATEMENT}"`],
        question: `Does ${Name} agree?`,
      },
      step,
      stage,
    );
  }
  return {};
}
