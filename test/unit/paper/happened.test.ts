import { expect, it } from 'vitest';
import { recordOnPaper } from '../../../src/paper/record/print-record.ts';
import { paperRecord } from '../../support/paper/records.ts';

it('tells a fingerprint that is not that of the plan', () => {
  const text = recordOnPaper(paperRecord()).replaceAll(/<[^>]*>|\s+/g, ' ');
  const compared = / Compared: .*?fingerprint.*? Step 2/s.exec(text)?.[0].replaceAll(/ +/g, ' ');
  expect(compared).toContain('Confirmed by the plan Result NOT THE SAME In the plan');
});
