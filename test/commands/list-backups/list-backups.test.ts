import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';

const folder = useTempFolder();
const golden = (name: string): string => join(GOLDEN_FOLDERS[0] ?? '', name);

beforeEach(() => {
  mkdirSync(join(folder(), 'backups'));
  for (const name of ['backup.json', 'backup-bound.json', 'export.json']) {
    copyFileSync(golden(name), join(folder(), 'backups', name));
  }
});

/** Offline: there are no credentials and no region. */
function list(args: readonly string[], columns?: number): Promise<RunResult> {
  const terminal = columns === undefined ? {} : { stdoutIsTerminal: true, columns };
  return runInProcess(['list-backups', ...args], { cwd: folder(), ...terminal });
}

describe('kmsx list-backups', () => {
  it('prints JSON Lines, offline, and counts what it leaves out', async () => {
    const { code, stdout, stderr } = await list(['backups']);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { Name: string }).Name)).toEqual([
      'backup',
      'backup-bound',
    ]);
    expect(stderr).toContain('left out: 1 file of another kind');
  });

  it.each([40, 80, 120])('fits a terminal of %i columns', async (columns) => {
    writeFileSync(join(folder(), 'backups', 'cut\u001b[31m.json'), '{');
    const { code, stdout } = await list(['backups'], columns);
    expect(code).toBe(8);
    for (const name of ['backup-bound', 'cut\\u001b[31m', 'short']) expect(stdout).toContain(name);
    expect(stdout).not.toContain('\u001b[31m');
    const words = stdout.split('\n').filter((line) => line.length > columns);
    expect(words.every((line) => !line.trim().includes(' '))).toBe(true);
  });

  it('refuses an alias, and says how its key is found', async () => {
    const { code, stderr } = await list(['backups', '--key-id', 'alias/payments']);
    expect(code).toBe(2);
    expect(stderr).toContain('aliyun kms DescribeKey --KeyId alias/payments');
  });

  it('exits with 8 where one cannot be read, whatever key is asked for', async () => {
    writeFileSync(join(folder(), 'backups', 'cut.json'), '{');
    const key = '08c33a6f-4e0a-4a1b-a3fa-7ddfa1d4fb73';
    const { code, stdout } = await list(['backups', '--key-id', key]);
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject({ Name: 'cut', Code: 'json-malformed' });
  });

  it('says where there is none', async () => {
    mkdirSync(join(folder(), 'empty'));
    const { code, stdout, stderr } = await list(['empty']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('there is no backup here');
  });

  it('does not look for secrets at a gateway that lists none', async () => {
    const gateway = ['--gateway', 'kst-hzz65f3a0b1c2d3e4f5g6'];
    const { code, stderr } = await list(['secret:backup-', ...gateway]);
    expect(code).toBe(2);
    expect(stderr).toContain('ListSecrets');
  });
});
