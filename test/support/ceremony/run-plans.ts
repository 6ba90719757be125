import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The people of a plan that is sound. */
export const PEOPLE = [
  { Name: 'Ada', Role: 'leader', Affiliation: 'Example' },
  { Name: 'Grace', Role: 'operator' },
  { Name: 'Edsger', Role: 'witness', Identified: 'passport' },
  { Name: 'Barbara', Role: 'witness' },
  { Name: 'Alan', Role: 'custodian' },
] as const;

/** A practice plan of one recipient, whose pair is made. */
const PLAN = {
  Format: 'kmsx-ceremony-plan/1',
  Title: 'Payments 2026',
  Practice: true,
  KeyId: 'alias/rehearsal',
  People: PEOPLE,
  Recipients: [{ Name: 'hsm-1', MakePair: true, Custodian: 'Alan' }],
  Backups: ['second.json', 'third.json'],
};

/** Writes a plan in JSON, which is YAML; gives its name. */
export function writePlan(folder: string, changes: object = {}, name = 'plan.yaml'): string {
  const plan = JSON.stringify({ ...PLAN, ...changes }, undefined, 2);
  writeFileSync(join(folder, name), `${plan}\n`);
  return name;
}

export const THREE = [
  { Name: 'hsm-1', MakePair: true, Custodian: 'Alan' },
  { Name: 'hsm-2', MakePair: true, Custodian: 'Barbara' },
  { Name: 'hsm-3', MakePair: true, Custodian: 'Edsger' },
];
