/* What a process says that is interrupted once a data key was generated: where its backup is, and how to go on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { finish, kmsxOk, shell, startKmsx, useLocalKms } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PUBKEY } from '../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'names the backup that stands, and the command that goes on: %s',
  async (signal, code) => {
    const cwd = folder();
    const faults = ['--fault', 'hang:action=ExportDataKey,first=1'];
    const { endpoint, env } = await localKms({ cwd }, faults);
    await kmsxOk(['keygen', '--no-passphrase', '--privkey-out', 'k', '--pubkey-out', 'p'], { cwd });
    const pubkeys = ['--pubkey', PUBKEY, '--pubkey', 'p'];
    const outputs = ['--backup', 'b.json', '--out', 'e.json'];
    const argv = ['export-key', '--key-id', 'alias/rehearsal', ...pubkeys, ...outputs, ...endpoint];
    const child = startKmsx(argv, { cwd, env });
    const ended = finish(child);
    while (!existsSync(join(cwd, 'b.json'))) await delay(20);
    child.kill(signal);
    const { code: actual, stdout, stderr } = await ended;
    expect({ code: actual, stdout }).toEqual({ code, stdout: '' });
    expect(stderr).toContain('kmsx: interrupted; the backup b.json stands\n');
    const command = /^kmsx: go on from the backup: kmsx (.*)$/m.exec(stderr)?.[1] ?? '';
    const again = await shell(`$KMSX ${command}`, { cwd, env });
    expect(again.code, again.stderr).toBe(0);
    expect(existsSync(join(cwd, 'e.json'))).toBe(true);
  },
);
