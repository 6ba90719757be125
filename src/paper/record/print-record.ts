import { html } from '../html.ts';
import { page } from '../page.ts';
import { backups, files, head, signatures, whatIsProved } from './closing.ts';
import { afterwards, happened } from './happened.ts';
import { opening, people } from './opening.ts';
import type { RecordSource } from './source.ts';

/**
 * The record of a ceremony on paper, after the day: one self-contained file of HTML, to be printed on A4 or Letter. It
 * depends on what it is printed from alone.
 *
 * @throws Error where the events do not begin with `begin`, as those of a record that was read do
 */
export function recordOnPaper(source: RecordSource): string {
  const [begin] = source.events;
  if (begin?.Type !== 'begin') throw new Error('the record does not begin');
  return page(
    {
      practice: begin.Practice,
      title: begin.Title,
      place: begin.Place,
      what: 'Record of a ceremony',
      planSHA256: begin.PlanSHA256,
    },
    html`${opening(source, begin)} ${people(source, begin)} ${happened(source)} ${files(source)}
    ${head(source)} ${backups(source)} ${afterwards(source)} ${whatIsProved()} ${signatures(begin)}`,
  );
}
