import { describe, expect, it } from 'vitest';
import type { FieldRules } from '../../../src/base/fields.ts';
import { FieldReader } from '../../../src/base/fields.ts';

const RULES: FieldRules = {
  malformed: (place, problem) => new Error(`${place} ${problem}`.trim()),
};
const reader = (object: Record<string, unknown>, rules = RULES): FieldReader =>
  new FieldReader(object, rules);

const readings: readonly [string, (fields: FieldReader) => unknown, unknown, unknown][] = [
  ['text', (fields) => fields.text('A'), 'x', 'x'],
  ['text of a form', (fields) => fields.text('A', /^\d+$/), '12', '12'],
  ['text that may be empty', (fields) => fields.text('A', /^/), '', ''],
  ['optional text', (fields) => fields.optionalText('A'), 'x', 'x'],
  ['a choice', (fields) => fields.choice('A', ['x', 'y']), 'y', 'y'],
  ['bytes', (fields) => fields.bytes('A'), 'AQI=', Buffer.from([1, 2])],
  ['base64', (fields) => fields.base64('A'), 'AQI=', 'AQI='],
  ['an integer', (fields) => fields.integer('A', 0, 9), 0, 0],
  ['a date', (fields) => fields.date('A'), '2026-01-02T03:04:05.678Z', new Date(1767323045678)],
  ['a flag', (fields) => fields.flag('A'), true, true],
  ['an object', (fields) => fields.fields('A').object, { b: 1 }, { b: 1 }],
  ['a list', (fields) => fields.list('A', (item) => item.text('B')), [{ B: 'x' }], ['x']],
  ['texts', (fields) => fields.texts('A'), ['', 'x'], ['', 'x']],
];

it.each(readings)('reads %s', (_what, read, value, expected) => {
  expect(read(reader({ A: value }))).toEqual(expected);
});

it.each(readings.filter(([what]) => !/optional|flag/.test(what)))(
  'says that it is missing: %s',
  (_what, read) => {
    expect(() => read(reader({}))).toThrow(/^A is missing$/);
    const rules = { ...RULES, isAbsent: (value: unknown) => value === null };
    expect(() => read(reader({ A: null }, rules))).toThrow(/^A is missing$/);
  },
);

it('reads nothing where an optional field is absent', () => {
  const fields = reader({ A: '' }, { ...RULES, isAbsent: (value) => value === '' });
  expect([fields.has('A'), fields.optionalText('A'), fields.flag('A')]).toEqual([
    false,
    undefined,
    undefined,
  ]);
  expect(fields.ifPresent('B', (name) => fields.integer(name, 1))).toBe(undefined);
  expect(reader({ B: 2 }).ifPresent('B', (name) => reader({ B: 2 }).integer(name, 1))).toBe(2);
});

describe('names what is wrong, and where, but not the value', () => {
  it.each<[string, (fields: FieldReader) => unknown, unknown]>([
    ['A is not text', (fields) => fields.text('A'), 7],
    ['A is not text', (fields) => fields.optionalText('A'), null],
    ['A is empty', (fields) => fields.text('A'), ''],
    ['A is malformed', (fields) => fields.text('A', /^\d+$/), 'secret'],
    ['A is not a colour', (fields) => fields.text('A', /^red$/, 'is not a colour'), 'secret'],
    ['A is not one of x, y', (fields) => fields.choice('A', ['x', 'y']), 'secret'],
    ['A is not standard base64', (fields) => fields.bytes('A'), 'AQJ='],
    ['A is not 3 bytes', (fields) => fields.bytes('A', 3), 'AQI='],
    ['A is not a whole number from 1', (fields) => fields.integer('A', 1), 0],
    ['A is not a whole number from 1 to 9', (fields) => fields.integer('A', 1, 9), 10],
    ['A is not a whole number from 1 to 9', (fields) => fields.integer('A', 1, 9), 1.5],
    ['A is not a whole number from 1 to 9', (fields) => fields.integer('A', 1, 9), '1'],
    ['A is not a date', (fields) => fields.date('A'), '2026-13-01T00:00:00.000Z'],
    ['A is not a date', (fields) => fields.date('A'), 'secret'],
    ['A is not true', (fields) => fields.flag('A'), false],
    ['A is not an object', (fields) => fields.fields('A'), []],
    ['A is not a list', (fields) => fields.list('A', () => 1), {}],
    ['A[1] is not an object', (fields) => fields.list('A', () => 1), [{}, 'secret']],
    ['A[1] is not text', (fields) => fields.texts('A'), ['x', 7]],
    [
      'A[1].B[0].C is missing',
      (fields) => fields.list('A', (item) => item.list('B', (inner) => inner.text('C'))),
      [{ B: [] }, { B: [{}] }],
    ],
    ['A.B is missing', (fields) => fields.fields('A').text('B'), {}],
    ['A is wrong', (fields) => fields.fields('A').fail('', 'is wrong'), {}],
  ])('%s', (message, read, value) => {
    expect(() => read(reader({ A: value }))).toThrow(new Error(message));
  });
});
