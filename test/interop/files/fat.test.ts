/* A FAT stick: no hard links, no modes, and the medium that keys are really carried on. */
import { linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import { kmsx } from '../../support/kmsx.ts';
import { useMounts } from '../../support/mounts.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const mounts = useMounts();

const stick = (name = ''): string => join(folder(), 'stick', name);
const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
const TO_STICK = ['--pubkey', PUBKEY, '--backup', 'stick/b.json', '--out', 'stick/e.json'];

async function exportToStick(...more: readonly string[]): Promise<RunResult> {
  return await kmsx([...EXPORT, ...TO_STICK, ...more], { cwd: folder() });
}

beforeEach(() => {
  mounts.fat(join(folder(), 'stick.img'), stick());
});

describe('a FAT stick', () => {
  it('is one: it has no hard links and keeps no modes', () => {
    writeFileSync(stick('a'), 'x', { mode: 0o600 });
    expect(() => {
      linkSync(stick('a'), stick('b'));
    }).toThrow(/EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS/);
    expect(statSync(stick('a')).mode & 0o777).not.toBe(0o600);
  });

  it('takes backup and export whole, warns that modes are lost, and leaves nothing else', async () => {
    const result = await exportToStick();
    expect(result, result.stderr).toMatchObject({ code: 0, stdout: '' });
    for (const name of ['b.json', 'e.json']) {
      expect(result.stderr).toContain(
        `kmsx: warning: stick/${name} is on a file system without modes: others may read it\n`,
      );
    }
    expect(readdirSync(stick()).sort()).toEqual(['b.json', 'e.json']);
    expect(JSON.parse(readFileSync(stick('b.json'), 'utf8'))).toMatchObject({
      Format: 'kmsx-backup/1',
    });
    const argv = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'stick/e.json', '--out', 'stick/key'];
    const unwrapped = await kmsx([...argv, '--format', 'raw'], { cwd: folder() });
    expect(unwrapped.code, unwrapped.stderr).toBe(0);
    expect(readFileSync(stick('key'))).toHaveLength(32);
  });

  it('keeps what is there: an existing file is refused before KMS is called', async () => {
    writeFileSync(stick('b.json'), 'old');
    const result = await exportToStick();
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('kmsx: error: stick/b.json already exists\n');
    expect(result.stderr).not.toContain('rehearsal');
    expect(readFileSync(stick('b.json'), 'utf8')).toBe('old');
    expect(readdirSync(stick())).toEqual(['b.json']);
  });

  it('keeps the old files beside the new ones with --force', async () => {
    writeFileSync(stick('b.json'), 'old backup');
    writeFileSync(stick('e.json'), 'old export');
    const result = await exportToStick('--force');
    expect(result.code, result.stderr).toBe(0);
    const names = readdirSync(stick()).sort();
    const [b = '', e = ''] = names.filter((name) => name.includes('.json.old-'));
    expect(names).toEqual(['b.json', b, 'e.json', e]);
    for (const [name, content] of [
      [b, 'old backup'],
      [e, 'old export'],
    ] as const) {
      expect(readFileSync(stick(name), 'utf8')).toBe(content);
      expect(result.stderr).toContain(` is now ${stick(name)}\n`);
    }
    expect(readFileSync(stick('b.json'), 'utf8')).toContain('kmsx-backup/1');
    expect(readFileSync(stick('e.json'), 'utf8')).toContain('kmsx-export/1');
  });

  it('that is full is exit 7 before KMS is called, and nothing is left behind', async () => {
    const block = Buffer.alloc(64 * 1024);
    expect(() => {
      for (let file = 0; ; file += 1) writeFileSync(stick(`f${file}`), block);
    }).toThrow(/ENOSPC|EPERM/); // EPERM is fusefat's word for it
    const before = readdirSync(stick()).sort();
    const result = await exportToStick();
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toMatch(
      /^kmsx: error: (no space left to write stick\/b\.json|stick\/b\.json cannot be written \(EPERM\))\n/,
    );
    expect(readdirSync(stick()).sort()).toEqual(before);
    expect(readdirSync(folder()).sort()).toEqual(['stick', 'stick.img']);
  });
});
