/* What is left of a secret in the memory of the program when it ends. Linux: it reads /proc/PID/mem. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnv, KMSX, kmsxOk } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const CHUNK = 1024 * 1024;
/** Stops the program for good at its very end, before the memory is given back. */
const STOP_AT_END =
  "data:text/javascript,process.on('exit',()=>process.kill(process.pid,'SIGSTOP'))";

const folder = useTempFolder();
const stopped: ChildProcess[] = [];

afterEach(() => {
  for (const child of stopped.splice(0)) child.kill('SIGKILL');
});

/** Runs the program to its end, and leaves it there. */
async function atEnd(...args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['--import', STOP_AT_END, KMSX, ...args], {
    cwd: folder(),
    env: cleanEnv(folder()),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  stopped.push(child);
  const { pid = 0 } = child;
  for (let tries = 0; !/^State:\sT/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));) {
    tries += 1;
    expect(tries).toBeLessThan(600);
    expect(child.exitCode).toBeNull();
    await delay(50);
  }
  return pid;
}

/** How often the bytes stand in the writable memory of a process. */
function copiesIn(pid: number, needle: Buffer): number {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const buffer = Buffer.alloc(CHUNK + needle.length - 1);
  let copies = 0;
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
  for (const [, from = '', to = ''] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
    const end = BigInt(`0x${to}`);
    for (let at = BigInt(`0x${from}`); at < end; at += BigInt(CHUNK)) {
      const length = Math.min(buffer.length, Number(end - at));
      const read = readSync(memory, buffer, 0, length, at);
      const found = buffer.subarray(0, read);
      for (let hit = found.indexOf(needle); hit !== -1; hit = found.indexOf(needle, hit + 1)) {
        copies += 1;
      }
    }
  }
  closeSync(memory);
  return copies;
}

const ok = (...args: readonly string[]): Promise<string> => kmsxOk(args, { cwd: folder() });
const file = (name: string): Buffer => readFileSync(join(folder(), name));
const componentOf = (name: string): string =>
  (JSON.parse(file(name).toString()) as { Component: string }).Component;

beforeEach(async () => {
  const to = ['--pubkey', PUBKEY, '--backup', 'b.json', '--out', 'e.json'];
  await ok('export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local', ...to);
  await ok('unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json', '--format', 'raw', '--out', 'key');
});

describe('no copy of a secret is left when the program ends', () => {
  it('is seen by this test: an environment variable is found', async () => {
    writeFileSync(join(folder(), 'pub.pem'), readFileSync(PUBKEY));
    expect(copiesIn(await atEnd('inspect', 'pub.pem'), Buffer.from('pub.pem'))).toBeGreaterThan(0);
  });

  it.each([
    ['XOR', []],
    ['Shamir', ['--threshold', '2']],
  ])('of the key and its components: combine, %s', async (_, threshold) => {
    const components = ['--component', 'd1', '--component', 'd2', ...threshold];
    await ok('recover-key', '--in', 'b.json', '--gateway', 'local', ...components);
    const pid = await atEnd('combine', 'd1', 'd2', '--check-value-only');
    expect(copiesIn(pid, file('key'))).toBe(0);
    for (const name of ['d1', 'd2']) {
      const base64 = componentOf(name);
      expect(copiesIn(pid, Buffer.from(base64)), `${name} in base64`).toBe(0);
      expect(copiesIn(pid, Buffer.from(base64, 'base64')), name).toBe(0);
    }
  });

  it.each(['base64', 'hex', 'raw'] as const)(
    'of the key in its output: combine as %s',
    async (format) => {
      const components = ['--component', 'd1', '--component', 'd2'];
      await ok('recover-key', '--in', 'b.json', '--gateway', 'local', ...components);
      const pid = await atEnd('combine', 'd1', 'd2', '--format', format, '--out', 'again');
      const encoded = format === 'raw' ? file('key') : Buffer.from(file('key').toString(format));
      expect(file('again').includes(encoded)).toBe(true);
      expect(copiesIn(pid, encoded)).toBe(0);
      expect(copiesIn(pid, file('key'))).toBe(0);
      rmSync(join(folder(), 'again'));
    },
  );
});
