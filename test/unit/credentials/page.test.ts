import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const PAGE = readFileSync(new URL('../../../docs/credentials.md', import.meta.url), 'utf8');
const SOURCES = new URL('../../../src/credentials/', import.meta.url);

test('docs/credentials.md names every variable that the credentials depend on', () => {
  const texts = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(name, SOURCES), 'utf8'));
  const variables = texts.flatMap(
    (text) => text.match(/\b(?:ALIBABA_CLOUD|ALIBABACLOUD|ALICLOUD)_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [],
  );
  expect(variables.length).toBeGreaterThan(15);
  for (const name of variables) {
    expect(PAGE).toContain(`\`${name}\``);
  }
});

test('docs/credentials.md names every mode and type that the code tells apart', () => {
  const cases = [
    'sources/profile.ts',
    'sources/credentials-file.ts',
    'unsupported-modes.ts',
  ].flatMap((name) =>
    [
      ...readFileSync(new URL(name, SOURCES), 'utf8').matchAll(
        /^ +(?:case '([a-z_]+)':|([a-z_]+): (?:\{|'))/gm,
      ),
    ].map(([, word = '', other = '']) => word + other),
  );
  const words = new Set(PAGE.toLowerCase().match(/`[a-z_]+`/g));
  const named = cases.filter((word) => !['why', 'instead', 'hint', 'setting'].includes(word));
  expect(named.length).toBeGreaterThan(18);
  for (const word of named) expect(words).toContain(`\`${word}\``);
});
