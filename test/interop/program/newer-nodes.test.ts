/* A data key's life on each Node.js that is maintained: the tests, and the real program that they start, run on it. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import nodes from '../../../vitest.nodes.config.ts';
import { cleanEnv, finish } from '../../support/kmsx.ts';
import { NEWER_NODES, nodeFolder } from '../../support/npm-packages.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const root = fileURLToPath(new URL('../../..', import.meta.url));
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.nodes.config.ts'];

describe.each(NEWER_NODES)('Node.js %s', (version) => {
  it("runs a data key's life", async () => {
    const bin = nodeFolder(version);
    const node = join(bin, 'node');
    expect(execFileSync(node, ['--version']).toString()).toBe(`v${version}\n`);

    const PATH = [bin, process.env['PATH']].join(delimiter);
    const child = spawn(node, VITEST, { cwd: root, env: cleanEnv(folder(), { PATH }) });
    child.stdin.end();
    const { code, stdout, stderr } = await finish(child);
    expect(code, `${stdout}${stderr}`).toBe(0);
  });
});

it('the tests of a life are all there: a pattern that matches nothing is no error', () => {
  const { include = [] } = nodes.test ?? {};
  expect(include.length).toBeGreaterThan(5);
  expect(include.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

it.each([
  ['README.md', 'Tested on Node.js ', ', ', ' and '],
  ['README.zh-CN.md', '已在 Node.js ', '、', ' 和 '],
  ['README.id.md', 'Diuji pada Node.js ', ', ', ', dan '],
])('%s names the lines that are tested', (page, before, comma, and) => {
  const lines = NEWER_NODES.map((version) => version.split('.')[0]);
  const listed = `${lines.slice(0, -1).join(comma)}${and}${lines.at(-1)}`;
  const readme = readFileSync(join(root, page), 'utf8').replaceAll(/\s+/g, ' ');
  expect(readme).toContain(`${before}${listed} `);
});
