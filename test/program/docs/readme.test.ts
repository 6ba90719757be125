/* The README names commands, options and files that there are; what it prints is held by test/interop/docs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TOPIC_NAMES } from '../../../src/commands/shell/help/topic-names.ts';
import { createFullProgram } from '../../../src/program/program.ts';
import { testIo } from '../../support/test-io.ts';

const readme = readFileSync('README.md', 'utf8');
const code = [...readme.matchAll(/`([^`\n]+)`|```sh\n(.*?)```/gs)].map(
  ([, inline, block]) => inline ?? block ?? '',
);

describe('the README', () => {
  it('names commands that there are', async () => {
    const { commands } = await createFullProgram(testIo());
    const names = commands.map((command) => command.name());
    const named = code.flatMap((text) => [...text.matchAll(/\bkmsx ([a-z][a-z-]+)/g)]);
    expect(named.length).toBeGreaterThan(20);
    expect(named.map(([, name = '']) => name).filter((name) => !names.includes(name))).toEqual([]);
    for (const name of names) expect(readme, name).toContain(`kmsx ${name}`);
  });

  it('names options that there are', async () => {
    const program = await createFullProgram(testIo());
    const options = [program, ...program.commands].flatMap((command) => command.options);
    const known = new Set([...options.map(({ long }) => long), '--help']);
    const named = code.flatMap((text) => [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)]);
    expect(named.length).toBeGreaterThan(40);
    expect(named.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  it('gives each command only options that it has', async () => {
    const program = await createFullProgram(testIo());
    const own = new Set(program.options.map(({ long }) => long));
    for (const text of code) {
      const [, name] = /^kmsx ([a-z-]+) [^|;\n]*$/.exec(text) ?? [];
      const command = program.commands.find((each) => each.name() === name);
      if (command === undefined) continue;
      const has = new Set(command.options.map(({ long }) => long));
      for (const [option] of text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)) {
        expect(has.has(option) || own.has(option) || option === '--help', text).toBe(true);
      }
    }
  });

  it('names every topic of help', () => {
    for (const topic of TOPIC_NAMES) expect(readme).toContain(topic);
  });
});
