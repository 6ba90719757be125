import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { finish, kmsx } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'node_modules', `.killed-writer-${process.pid}.mjs`);

beforeAll(async () => {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/support/killed-writer.ts'],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
});
afterAll(() => {
  rmSync(program, { force: true });
});

/** What each file of the folder holds, its random part left out; `tmp` for the temporary file. */
function files(): Record<string, string> {
  const names = readdirSync(folder()).filter((name) => name !== '.local');
  return Object.fromEntries(
    names.map((name) => [kindOf(name), readFileSync(join(folder(), name), 'utf8')]),
  );
}

function kindOf(name: string): string {
  if (name.endsWith('.tmp')) return 'tmp';
  if (!name.includes('.old-')) return name;
  return /-[0-9a-f]{13}$/.test(name) ? 'old-…' : 'old';
}

/** Runs the writer; returns whether it was killed. */
async function writer(killedAt: number, existing: 'refuse' | 'move-aside'): Promise<boolean> {
  const args = [program, join(folder(), 'f'), String(killedAt), existing];
  const child = spawn(process.execPath, args);
  child.stdin.end();
  const { code, stderr } = await finish(child);
  expect(stderr).toBe('');
  return code === null;
}

/** Writes `f` with the program itself. */
async function kmsxWrites(...more: string[]): Promise<string> {
  const argv = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
  const result = await kmsx([...argv, '--pubkey', PUBKEY, '--out', 'f', ...more], {
    cwd: folder(),
  });
  expect(result.code, result.stderr).toBe(0);
  return result.stderr;
}

describe('a writer that is killed while it replaces a file', () => {
  it.each([
    ['before the new file is written', 0, { f: 'old', tmp: '' }],
    ['before it looks for the old file', 1, { f: 'old', tmp: 'new' }],
    ['before the folder is synced', 2, { f: 'old', tmp: 'new' }],
    ['before the old file is moved', 3, { f: 'old', tmp: 'new' }],
    ['before the new file gets its name', 4, { 'old-…': 'old', tmp: 'new' }],
    ['before its temporary name goes', 5, { f: 'new', 'old-…': 'old', tmp: 'new' }],
    ['before the old file gets its lasting name', 6, { f: 'new', 'old-…': 'old' }],
    ['before the longer name goes', 7, { f: 'new', 'old-…': 'old', old: 'old' }],
    ['before the folder is synced again', 8, { f: 'new', old: 'old' }],
  ])('leaves both whole: %s', async (_, killedAt, left) => {
    writeFileSync(join(folder(), 'f'), 'old');
    expect(await writer(killedAt, 'move-aside')).toBe(true);
    expect(files()).toEqual(left);

    const isCutOff = killedAt === 4;
    const names = readdirSync(folder()).filter(
      (name) => name.includes('.old-') || name.endsWith('.tmp'),
    );
    for (let run = 0; run < (isCutOff ? 2 : 1); run += 1) {
      const stderr = await kmsxWrites('--force');
      expect(stderr.includes('was killed while it replaced f')).toBe(isCutOff);
      for (const name of names) {
        const isNamed = stderr.includes(join(folder(), name));
        expect(isNamed, name).toBe(isCutOff || !name.endsWith('.tmp'));
        // The temporary file of a process that is gone is removed, where nothing is lost with it.
        expect(readdirSync(folder()).includes(name)).toBe(isCutOff || !name.endsWith('.tmp'));
      }
    }
    const texts = readdirSync(folder()).map((name) =>
      name === '.local' ? '' : readFileSync(join(folder(), name), 'utf8'),
    );
    expect(texts.filter((text) => text === 'old').length).toBeGreaterThan(0);
    expect(texts.includes('new')).toBe(killedAt > 3);
  });

  it('and is not killed ends with the new one under its name', async () => {
    writeFileSync(join(folder(), 'f'), 'old');
    expect(await writer(9, 'move-aside')).toBe(false);
    expect(files()).toEqual({ f: 'new', old: 'old' });
  });

  it('is named by a run without --force too, which writes the name that is free', async () => {
    writeFileSync(join(folder(), 'f'), readFileSync(PRIVKEY));
    await writer(4, 'move-aside');
    const stderr = await kmsxWrites();
    expect(stderr).toContain('; both stay\n');
    expect(files()).toMatchObject({ 'old-…': readFileSync(PRIVKEY, 'utf8'), tmp: 'new' });
    expect(JSON.parse(files()['f'] ?? '')).toMatchObject({ Format: 'kmsx-export/1' });
  });
});

describe('a writer that is killed while it writes a new file', () => {
  it.each([0, 1, 2, 3])(
    'leaves it whole or not at all, and the next run tidies up: step %i',
    async (killedAt) => {
      expect(await writer(killedAt, 'refuse')).toBe(true);
      const { f, tmp } = files();
      expect(f ?? 'new').toBe('new');
      if (f === undefined) expect(tmp).toBe(killedAt === 0 ? '' : 'new');
      expect(await kmsxWrites('--force')).not.toContain('was killed');
      expect(files()['tmp']).toBeUndefined();
    },
  );
});
