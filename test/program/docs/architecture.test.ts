import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

interface Rule {
  readonly name: string;
  readonly comment?: string;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(`${root}/ARCHITECTURE.md`, 'utf8');
const { forbidden } = createRequire(import.meta.url)('../../../.dependency-cruiser.cjs') as {
  readonly forbidden: readonly Rule[];
};

/** The rooms in the order of the page, from the roof down. */
const rooms = [...page.matchAll(/^ {4}src\/([a-z-]+)\/ /gm)].map(([, room = '']) => room);

/** What the gate lets each room import, by the comments of its rules. */
const allowed = forbidden.flatMap(({ name, comment = '' }) => {
  const [, room, list = ''] = /^src\/([a-z-]+) may import: (.+)$/.exec(comment) ?? [];
  return room === undefined || name !== `${room}-imports`
    ? []
    : [{ room, below: list.split(', ').filter((other) => other !== room) }];
});

describe('ARCHITECTURE.md', () => {
  test('draws every room of src, and no other', () => {
    const folders = readdirSync(`${root}/src`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect([...rooms].sort()).toEqual(folders.sort());
  });

  test('lists the rooms so that every arrow the gate allows points down', () => {
    expect(allowed.map(({ room }) => room).sort()).toEqual([...rooms].sort());
    for (const { room, below } of allowed) {
      for (const other of below) {
        expect(rooms.indexOf(other), `${room} → ${other}`).toBeGreaterThan(rooms.indexOf(room));
      }
    }
  });

  test('draws arrows that the gate allows', () => {
    const picture = page.split('\n').filter((line) => /^ {4}.*→/.test(line));
    expect(picture.length).toBeGreaterThan(2);
    const chains = picture.flatMap((line) => {
      const steps = line.replaceAll(/[│├└]/g, ' ').split('→');
      return steps.slice(1).map((step, index) => [steps[index] ?? '', step] as const);
    });
    for (const [from, to] of chains) {
      for (const source of names(from)) {
        const rule = allowed.find(({ room }) => room === source);
        if (rule !== undefined)
          expect(rule.below, source).toEqual(expect.arrayContaining(names(to)));
      }
    }
  });

  test('names only files and folders that exist', () => {
    const paths = [...page.matchAll(/`((?:src|test|docs|schemas|bin)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !existsSync(`${root}/${path}`))).toEqual([]);
  });
});

function names(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => rooms.includes(name));
}
