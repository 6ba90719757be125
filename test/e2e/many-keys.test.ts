/* docs/how-to/many-keys.md, against the embedded KMS. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { jsonLinesOf } from '../support/batch.ts';
import { shell, useLocalKms } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';

const PAGE = readFileSync(
  fileURLToPath(new URL('../../docs/how-to/many-keys.md', import.meta.url)),
  'utf8',
);
const folder = useTempFolder();
const localKms = useLocalKms();

it('docs/how-to/many-keys.md has commands that run, and outputs that come', async () => {
  const { announcement, env } = await localKms({ cwd: folder() });
  const scripts = [...PAGE.matchAll(/```sh\n(.*?)```/gs)].map(([, script = '']) => script);
  const outputs = [...PAGE.matchAll(/```text\n(.*?)```/gs)].map(([, text = '']) => text);
  expect([scripts.length, outputs.length]).toEqual([7, 2]);
  const line = ['set -eu', 'kmsx() { $KMSX "$@"; }', ...scripts].join('\n');
  const run = await shell(line, {
    cwd: folder(),
    env: { ...env, KMSX_ENDPOINT: announcement.Endpoint },
  });
  expect(run, run.stderr).toMatchObject({ code: 0 });
  const printed = run.stdout + run.stderr;
  for (const output of outputs) expect(printed).toContain(output.trim());
  expect(run.stdout).toContain('none failed\n');
  expect(run.stdout).toContain('exit code 2\n');
  const at = (name: string): string => join(folder(), name);
  expect(jsonLinesOf(at('exports.jsonl'))).toHaveLength(3);
  expect(readdirSync(at('backups'))).toHaveLength(3);
  expect(jsonLinesOf(at('verified.jsonl')).map(({ Match }) => Match)).toEqual([true, true]);
  expect(jsonLinesOf(at('check-values.jsonl'))).toHaveLength(1);
  expect(readdirSync(at('keys'))).toEqual(['branch-001.key']);
  expect(readdirSync(at('new-backups'))).toEqual(['branch-001.json']);
});
