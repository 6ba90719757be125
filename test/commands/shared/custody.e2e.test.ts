import { readdirSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import { kmsxOk, shell } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const UNWRAP = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json'];

const run = (line: string): Promise<RunResult> => shell(line, { cwd: folder(), env: { PRIVKEY } });
const ok = (args: readonly string[]): Promise<string> => kmsxOk(args, { cwd: folder() });
const files = (): string[] =>
  readdirSync(folder())
    .filter((name) => !['.local', 'e.json', 'b.json', '.kmsx'].includes(name))
    .sort();

beforeEach(async () => {
  await ok([
    ...['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local', '--bind'],
    ...['--pubkey', PUBKEY, '--backup', 'b.json', '--out', 'e.json'],
  ]);
});

describe('components', () => {
  it('goes through pipes to each custodian’s own program', async () => {
    const key = await ok(UNWRAP);
    const split = `( $KMSX unwrap-key --privkey $PRIVKEY --in e.json \
      --component >(base64 -w0 > 1.tmp; mv 1.tmp 1.b64) --component >(base64 -w0 > 2.tmp; mv 2.tmp 2.b64) > report )
      status=$?; until [ -e 1.b64 ] && [ -e 2.b64 ]; do sleep 0.05; done; exit $status`;
    expect(await run(split)).toMatchObject({ code: 0 });
    const combine = '$KMSX combine <(base64 -d 1.b64) <(base64 -d 2.b64)';
    expect(await run(combine)).toMatchObject({ code: 0, stdout: key });
  });
  it('are no two descriptors of one stream', async () => {
    const line = `$KMSX unwrap-key --privkey $PRIVKEY --in e.json`;
    for (const places of [
      '--component /dev/fd/3 --component /dev/fd/4 3>one 4>&3',
      '--component /dev/fd/3 --component 2.json 3>&1 | cat',
      '--component /dev/fd/3 --component 2.json 2>all 3>&2',
    ]) {
      const { stdout, stderr } = await run(`${line} ${places}; cat all >&2 || true`);
      expect(stdout + stderr).toContain('cannot hold a component');
      expect(stdout + stderr).not.toContain('kmsx-component');
      expect(files().filter((name) => name.endsWith('.json'))).toEqual([]);
    }
  });

  it('are as many as there can be, of which Node.js itself says nothing', async () => {
    const names = Array.from({ length: 255 }, (_, index) => `${1000 + index}.json`);
    const places = names.map((name) => `--component ${name}`).join(' ');
    const split = await run(`$KMSX unwrap-key --privkey $PRIVKEY --in e.json ${places}`);
    expect(split).toMatchObject({ code: 0 });
    const [warning, ...written] = split.stderr.trimEnd().split('\n');
    expect(warning).toBe(
      'kmsx: warning: e.json is from a rehearsal: the embedded KMS made this key',
    );
    expect(written).toHaveLength(255);
    for (const line of written) expect(line).toMatch(/^kmsx: wrote 1\d{3}\.json /);
    expect(files()).toEqual(names);
    expect(await ok(['combine', ...names])).toBe(await ok(UNWRAP));
  });

  it('are never a terminal, --force-terminal or not', async () => {
    for (const more of ['', '--force-terminal']) {
      const line = `$KMSX unwrap-key --privkey $PRIVKEY --in e.json --component 1.json --component /dev/tty ${more}`;
      const { stdout } = await run(`script -qec '${line}' /dev/null`);
      expect(stdout).toContain('/dev/tty is a terminal; a component is not shown there');
      expect(files()).toEqual([]);
    }
  });

  it('are all or none: where one fails, those that were written are taken back', async () => {
    const gone = `exec 3> >(exec 0<&-; : > gone); until [ -e gone ]; do sleep 0.05; done; rm gone`;
    const line = `$KMSX unwrap-key --privkey $PRIVKEY --in e.json --component 1.json \
      --component 2.json --component /dev/fd/3`;
    const result = await run(`${gone}; ${line}`);
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('went away; no component remains');
    expect(result.stderr).toContain('nothing is lost');
    expect(files()).toEqual([]);
  });

  it('keep what they hold when only the report cannot be printed', async () => {
    const line = `$KMSX unwrap-key --privkey $PRIVKEY --in e.json --component 1.json --component 2.json`;
    const result = await run(`${line} > /dev/full`);
    expect(result.code).toBe(7);
    expect(result.stderr).toContain('every component is written');
    expect(files()).toEqual(['1.json', '2.json']);
    await ok(['combine', '1.json', '2.json']);
  });
});
