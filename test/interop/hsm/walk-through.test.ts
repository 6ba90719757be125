/* The walk-throughs of docs/hsm.md, typed into one shell each: the tokens of SoftHSM and NSS. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { cleanEnv, finish, KMSX } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const page = readFileSync(join(dirname(KMSX), '..', 'docs', 'hsm.md'), 'utf8');

/** The blocks of the section with this heading. */
function blocksOf(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, script = '']) => script);
}

async function type(heading: string): Promise<string> {
  const blocks = blocksOf(heading);
  expect(blocks.length).toBeGreaterThan(0);
  const bin = join(folder(), 'bin');
  mkdirSync(bin);
  symlinkSync(KMSX, join(bin, 'kmsx'));
  const env = cleanEnv(folder(), {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    XDG_STATE_HOME: join(folder(), 'state'),
  });
  const child = spawn('sh', ['-euc', blocks.join('\n')], { cwd: folder(), env });
  child.stdin.end();
  const { code, stdout, stderr } = await finish(child);
  expect(code, stderr).toBe(0);
  return stdout;
}

it('keeps a data key in a token of SoftHSM, and compares its backup there', async () => {
  const printed = await type('SoftHSM, from the beginning');
  expect(printed).toContain('["RSAES_OAEP_SHA_1"]\n');
  expect(printed).toContain('true\nexport document\nimport document\n');
});

it('keeps a data key in a token of NSS, and compares its backup there', async () => {
  const printed = await type('NSS, from the beginning');
  expect(printed.trim().split('\n').at(-1)).toBe('true');
});
