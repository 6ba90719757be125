/* What a signal ends, and with which exit code. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ANY_CREDENTIALS, useFakeKms } from '../support/kms/fake-kms.ts';
import { finish, startKmsx, useLocalKms } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PUBKEY } from '../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const fakeKms = useFakeKms();

const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];

describe('a signal', () => {
  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s ends a hanging call with %i and removes temporary files',
    async (signal, code) => {
      const cwd = folder();
      let called: () => void = () => undefined;
      const reached = new Promise<void>((resolve) => (called = resolve));
      const url = await fakeKms(() => {
        called();
      });
      writeFileSync(join(cwd, 'bystander'), '');
      const args = [...EXPORT, '--backup', 'b.json', '--out', 'e.json', '--endpoint', url];
      const child = startKmsx(args, { cwd, env: ANY_CREDENTIALS });
      const finished = finish(child);
      await reached;
      expect(readdirSync(cwd)).toHaveLength(3);
      child.kill(signal);
      expect(await finished).toMatchObject({ code, stdout: '' });
      expect(readdirSync(cwd)).toEqual(['bystander']);
    },
  );

  it.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)(
    '%s ends the process though a thread of Node hangs, which Node waits for at its exit',
    async (signal) => {
      const cwd = folder();
      let called: () => void = () => undefined;
      const reached = new Promise<void>((resolve) => (called = resolve));
      const url = await fakeKms(() => {
        called();
      });
      execFileSync('mkfifo', [join(cwd, 'pipe')]);
      writeFileSync(
        join(cwd, 'hang.cjs'),
        `require('node:fs').open(require('node:path').join(__dirname, 'pipe'), 'r', () => {});`,
      );
      const args = [...EXPORT, '--backup', 'b.json', '--out', 'e.json', '--endpoint', url];
      const NODE_OPTIONS = `--require="${join(cwd, 'hang.cjs')}"`;
      const child = startKmsx(args, { cwd, env: { ...ANY_CREDENTIALS, NODE_OPTIONS } });
      onTestFinished(() => void child.kill('SIGKILL'));
      await reached;
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([null, signal]);
      expect(readdirSync(cwd).sort()).toEqual(['hang.cjs', 'pipe']);
    },
  );

  it('is the regular end of local-kms', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { child } = await localKms({ cwd: folder() });
      child.kill(signal);
      const [code] = (await once(child, 'close')) as [number];
      expect(code).toBe(0);
    }
  });
});
