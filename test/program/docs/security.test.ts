import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(`${root}/SECURITY.md`, 'utf8');

const testsIn = (text: string): string[] =>
  [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);

test('SECURITY.md names for each promise a test that exists', () => {
  const [, section = ''] = page.split('\n## Who is not trusted\n');
  const promises = (section.split('\n## ')[0] ?? '').split(/\n- /).slice(1);
  expect(promises.length).toBeGreaterThan(20);
  const without = promises.filter(
    (promise) => testsIn(promise.split('\n\n')[0] ?? '').length === 0,
  );
  expect(without).toEqual([]);
});

test('SECURITY.md names no test that does not exist', () => {
  const paths = testsIn(page);
  expect(paths.length).toBeGreaterThan(20);
  expect(
    paths.filter((path) => !path.endsWith('.test.ts') || !existsSync(`${root}/${path}`)),
  ).toEqual([]);
});
