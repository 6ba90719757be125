import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { finish, kmsxOk, startKmsx, useLocalKms } from '../../../support/kmsx.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { PUBKEY } from '../../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
const SECRET = 'secret:backups/payments';

const files = (): string[] => readdirSync(folder()).sort();
const text = (name: string): string => readFileSync(join(folder(), name), 'utf8');

describe('several backups', () => {
  it('are written files first, whatever the order of the options', async () => {
    const server = await localKms({ cwd: folder() }, ['--fault', 'hang:action=CreateSecret']);
    let log = '';
    server.onLog((said) => (log += said));
    const args = [...EXPORT, '--backup', SECRET, '--backup', 'a.json', '--backup', 'b.json'];
    const child = startKmsx([...args, '--out', 'e.json', ...server.endpoint], {
      cwd: folder(),
      env: server.env,
    });
    const finished = finish(child);
    const isThere = (): boolean =>
      existsSync(join(folder(), 'b.json')) && log.includes(' DescribeSecret ');
    // Killed between the files and the secret: the files stand, whole, and no export is anywhere.
    while (!isThere()) await delay(20);
    await delay(200);
    child.kill('SIGKILL');
    expect((await finished).stdout).toBe('');
    expect(files().filter((name) => !name.endsWith('.tmp'))).toEqual(['a.json', 'b.json']);
    expect(text('a.json')).toBe(text('b.json'));
    const leftover = files().filter((name) => name.endsWith('.tmp'));
    for (const name of leftover) expect(text(name).replaceAll('\0', '')).toBe('');
    await kmsxOk(
      [
        ...['reexport-key', '--in', 'a.json', '--pubkey', PUBKEY, '--out', 'e.json'],
        ...server.endpoint,
      ],
      { cwd: folder(), env: server.env },
    );
    expect(files()).toEqual(['a.json', 'b.json', 'e.json']);
  });
});
