/* Real file systems that take nothing: CI is root, whom modes do not stop. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import { kmsx } from '../../support/kmsx.ts';
import { useMounts } from '../../support/mounts.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const mounts = useMounts();

const disk = (name = ''): string => join(folder(), 'disk', name);

/** Exports with `--gateway local`: its state in the home folder would show that KMS was called. */
async function exportTo(...outputs: readonly string[]): Promise<RunResult> {
  const argv = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
  return await kmsx([...argv, '--pubkey', PUBKEY, ...outputs], { cwd: folder() });
}

describe('a read-only mount', () => {
  it.each(['--backup', '--out'])('for %s is exit 7 before KMS is called', async (option) => {
    mounts.memory(disk(), '64k');
    mounts.readOnly(disk());
    const result = await exportTo(option, 'disk/file.json');
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('kmsx: error: disk/file.json cannot be written (EROFS)\n');
    expect(readdirSync(folder())).toEqual(['disk']);
    expect(readdirSync(disk())).toEqual([]);
  });

  it('behind one of two outputs leaves nothing of the other', async () => {
    mounts.memory(disk(), '64k');
    mounts.readOnly(disk());
    const result = await exportTo('--backup', 'b.json', '--out', 'disk/e.json');
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(readdirSync(folder())).toEqual(['disk']);
  });
});

describe('a full disk', () => {
  it.each(['--backup', '--out'])('for %s is exit 7 before KMS is called', async (option) => {
    mounts.memory(disk(), '64k');
    const { bsize, bavail } = statfsSync(disk());
    writeFileSync(disk('full'), Buffer.alloc(bsize * bavail));
    const result = await exportTo(option, 'disk/file.json');
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('kmsx: error: no space left to write disk/file.json\n');
    expect(readdirSync(folder())).toEqual(['disk']);
    expect(readdirSync(disk())).toEqual(['full']);
  });

  it('with room for one document and not for two is found before KMS is called too', async () => {
    mounts.memory(disk(), '96k');
    const result = await exportTo('--backup', 'disk/b.json', '--out', 'disk/e.json');
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('kmsx: error: no space left to write disk/e.json\n');
    expect(readdirSync(folder())).toEqual(['disk']);
    expect(readdirSync(disk())).toEqual([]);
  });
});

describe('a file that cannot be moved aside', () => {
  const NAME = 'old \\ file.json'; // in the table of mounts, such characters are octal

  it('since it is a mount of its own is exit 7 before KMS is called', async () => {
    for (const name of ['source', NAME]) writeFileSync(join(folder(), name), 'old');
    mounts.file(join(folder(), 'source'), join(folder(), NAME));
    const result = await exportTo('--out', NAME, '--force');
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain(
      `kmsx: error: ${NAME} is a mount of its own: it cannot be replaced\n`,
    );
    expect(readdirSync(folder()).sort()).toEqual([NAME, 'source']);
    expect(readFileSync(join(folder(), NAME), 'utf8')).toBe('old');
  });

  it('since it is immutable is exit 7 before KMS is called', async () => {
    writeFileSync(join(folder(), NAME), 'old');
    execFileSync('chattr', ['+i', join(folder(), NAME)]);
    try {
      const result = await exportTo('--out', NAME, '--force');
      expect(result).toMatchObject({ code: 7, stdout: '' });
      expect(result.stderr).toContain(`kmsx: error: ${NAME} cannot be moved aside (EPERM)\n`);
      expect(readdirSync(folder())).toEqual([NAME]);
    } finally {
      execFileSync('chattr', ['-i', join(folder(), NAME)]);
    }
  });
});
