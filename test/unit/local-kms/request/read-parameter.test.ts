import { expect, test } from 'vitest';
import { optionalBoolean } from '../../../../src/local-kms/request/read-parameter.ts';

const read = (value: string): boolean => optionalBoolean(new Map([['Flag', value]]), 'Flag');

test('a boolean comes in any letter case: the official Python client writes True', () => {
  expect(['true', 'True', 'TRUE'].map(read)).toEqual([true, true, true]);
  expect(['false', 'False'].map(read)).toEqual([false, false]);
  expect(optionalBoolean(new Map(), 'Flag')).toBe(false);
});

test.each(['', '1', 'yes', ' true'])('%o is no boolean', (value) => {
  expect(() => read(value)).toThrow('"Flag" is not valid');
});
