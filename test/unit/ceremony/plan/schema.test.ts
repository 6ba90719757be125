import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasCode } from '../../../../src/base/error.ts';
import { readPlan } from '../../../../src/ceremony/plan/read-plan.ts';
import { PLAN_TEMPLATE } from '../../../../src/ceremony/plan/template.ts';
import { WHOLE_PLAN } from '../../../support/ceremony/plans.ts';

const textOf = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), 'utf8');

const schema = JSON.parse(textOf('schemas/kmsx-ceremony-plan.schema.json')) as object;
const isValid = new Ajv2020({ strictTypes: false, strictRequired: false }).compile(schema);

function isRead(plan: unknown): boolean {
  try {
    readPlan(Buffer.from(JSON.stringify(plan)), 'plan.json');
    return true;
  } catch (error) {
    if (hasCode(error, 'plan-malformed')) return false;
    throw error;
  }
}

/** Copies of a value, each with one place in it left out or replaced. */
function mutations(value: unknown): unknown[] {
  const others = [
    undefined,
    null,
    true,
    false,
    0,
    1,
    7.5,
    '',
    ' ',
    'here',
    'a\nb',
    [],
    {},
    [value],
  ];
  if (typeof value !== 'object' || value === null) return others;
  const isList = Array.isArray(value);
  const inside = Object.entries(value).flatMap(([name, each]) =>
    mutations(each).map((other) => {
      const changed = Object.entries({ ...value, [name]: other });
      const kept = changed.filter(([, item]) => item !== undefined);
      return isList ? kept.map(([, item]) => item) : Object.fromEntries(kept);
    }),
  );
  return [...others, ...inside, ...(isList ? [] : [{ ...value, Later: 1 }])];
}

it('the schema takes the template, the practice plan and a plan of every field', () => {
  for (const plan of [
    parse(PLAN_TEMPLATE),
    parse(textOf('examples/practice-plan.yaml')),
    WHOLE_PLAN,
  ]) {
    expect(isValid(plan), JSON.stringify(isValid.errors)).toBe(true);
    expect(isRead(plan)).toBe(true);
  }
});

it('the schema and the reader agree on every plan that is changed at one place', () => {
  const [east, west, spare] = WHOLE_PLAN.Recipients;
  const opened = { ...east, Unwrap: 'here', Privkey: 'east.pem' };
  const plans = [
    WHOLE_PLAN,
    { ...WHOLE_PLAN, Recipients: [opened, west, { ...spare, Unwrap: 'here' }] },
  ];
  const changed = plans.flatMap(mutations).filter((plan) => plan !== undefined);
  expect(changed.length).toBeGreaterThan(500);
  for (const plan of changed) expect(isValid(plan), JSON.stringify(plan)).toBe(isRead(plan));
});
