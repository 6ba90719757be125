import { execFileSync, spawn } from 'node:child_process';
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pidSpace } from '../../../../src/base/files/temporary/temporary-name.ts';
import type { KmsxError } from '../../../../src/base/error.ts';
import { takeStateLock } from '../../../../src/local-kms/state/storage/state-lock.ts';
import { hintsFor } from '../../../../src/terminal/hints/hints.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kmsx-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const DEAD = 999_999_999;
/** An owner's text, but for when it was started. */
const ownerOf = (pid: number, space = pidSpace(), host = hostname()): string =>
  `${pid} ${space} ${host}`;
const OWN = new RegExp(`^${ownerOf(process.pid)} \\d+$`);
const context = (
  changes: Partial<Parameters<typeof takeStateLock>[2]> = {},
): Parameters<typeof takeStateLock>[2] => ({
  pid: process.pid,
  isProcessAlive: (pid) => pid !== DEAD,
  signal: new AbortController().signal,
  ...changes,
});
const locked = expect.objectContaining({ code: 'state-locked' }) as Error;

describe('takeStateLock', () => {
  test('holds the process id and start of its owner, readable by the owner alone', async () => {
    await takeStateLock(folder, 0, context());
    expect(readdirSync(folder)).toEqual(['lock.1']);
    expect(readFileSync(join(folder, 'lock.1'), 'utf8')).toMatch(OWN);
    expect(statSync(join(folder, 'lock.1')).mode & 0o777).toBe(0o600);
  });

  test('refuses a second taker at once, and names the owner', async () => {
    await takeStateLock(folder, 0, context());
    await expect(takeStateLock(folder, 0, context({ pid: 4242 }))).rejects.toThrow(
      expect.objectContaining({
        code: 'state-locked',
        details: { folder, pid: String(process.pid), path: join(folder, 'lock.1') },
      }) as Error,
    );
    await expect(takeStateLock(folder, 0, context())).rejects.toThrow(locked);
  });

  test('lets the next one in after a release, again and again', async () => {
    for (let round = 0; round < 20; round += 1) {
      const lock = await takeStateLock(folder, 0, context());
      lock.release();
      lock.release();
    }
    expect(readdirSync(folder).length).toBeLessThanOrEqual(2);
  });

  test('gives way to one whose file was empty when it was looked at', async () => {
    const path = join(folder, 'lock.1');
    writeFileSync(path, '');
    // Another process, which had just made its file, writes itself into it meanwhile.
    const slow = context();
    Object.defineProperty(slow, 'pid', {
      get: () => {
        writeFileSync(path, ownerOf(4242));
        return process.pid;
      },
    });
    await expect(takeStateLock(folder, 0, slow)).rejects.toThrow(locked);
    expect(readdirSync(folder)).toEqual(['lock.1']);
  });

  test('waits for a release', async () => {
    const first = await takeStateLock(folder, 0, context());
    const second = takeStateLock(folder, 60_000, context());
    setTimeout(() => {
      first.release();
    }, 50);
    (await second).release();
  });

  test('does not wait longer than it was told', async () => {
    await takeStateLock(folder, 0, context());
    await expect(takeStateLock(folder, 60, context())).rejects.toThrow(locked);
  });

  test('ends its waiting when the signal aborts, with the reason of the signal', async () => {
    await takeStateLock(folder, 0, context());
    const controller = new AbortController();
    const waiting = takeStateLock(folder, 60_000, context({ signal: controller.signal }));
    controller.abort(new Error('interrupted'));
    await expect(waiting).rejects.toThrow('interrupted');
  });

  test('takes over from a process that is gone', async () => {
    await takeStateLock(folder, 0, context({ pid: DEAD }));
    await takeStateLock(folder, 0, context());
    await expect(takeStateLock(folder, 0, context())).rejects.toThrow(locked);
  });

  test('a release of a lock that was taken over frees nothing', async () => {
    const stale = await takeStateLock(folder, 0, context({ pid: DEAD }));
    await takeStateLock(folder, 0, context());
    stale.release();
    await expect(takeStateLock(folder, 0, context())).rejects.toThrow(locked);
  });

  test('of many who see one stale lock, one gets it', async () => {
    await takeStateLock(folder, 0, context({ pid: DEAD }));
    const takers = Array.from({ length: 20 }, () => takeStateLock(folder, 0, context()));
    const results = await Promise.allSettled(takers);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  test('takes over a lock of its own process id from before it was started', async () => {
    writeFileSync(join(folder, 'lock.1'), ownerOf(process.pid));
    const longAgo = new Date(Date.now() - 86_400_000);
    utimesSync(join(folder, 'lock.1'), longAgo, longAgo);
    await takeStateLock(folder, 0, context());
    expect(readFileSync(join(folder, 'lock.2'), 'utf8')).toMatch(OWN);
  });

  test('takes over where the process id belongs to another process now', async () => {
    for (const [index, pid] of [process.ppid, process.pid].entries()) {
      writeFileSync(join(folder, `lock.${String(10 * (index + 1))}`), `${ownerOf(pid)} 1`);
      const lock = await takeStateLock(folder, 0, context());
      lock.release();
    }
  });

  test('holds for another process that lives, and ends with it', async () => {
    // Its name has what separates the fields of proc(5)'s stat.
    const program = join(folder, 'a) S 1 (b');
    symlinkSync(process.execPath, program);
    const child = spawn(program, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    try {
      await new Promise((resolve) => child.once('spawn', resolve));
      const pid = child.pid ?? 0;
      expect(readFileSync(`/proc/${String(pid)}/stat`, 'latin1')).toContain('(a) S 1 (b) ');
      await takeStateLock(folder, 0, context({ pid }));
      await expect(takeStateLock(folder, 0, context())).rejects.toThrow(locked);
      const own = readFileSync(join(folder, 'lock.1'), 'utf8').split(' ').at(-1);
      writeFileSync(join(folder, 'lock.2'), `${ownerOf(pid)} ${String(Number(own) + 1)}`);
      await takeStateLock(folder, 0, context());
    } finally {
      child.kill();
    }
  });

  test('holds by the process id alone where the lock tells no more', async () => {
    writeFileSync(join(folder, 'lock.1'), ownerOf(process.ppid));
    await expect(takeStateLock(folder, 0, context())).rejects.toThrow(locked);
  });

  test('holds its own lock though the clock was set', async () => {
    await takeStateLock(folder, 0, context());
    const longAgo = new Date(Date.now() - 86_400_000);
    utimesSync(join(folder, 'lock.1'), longAgo, longAgo);
    await expect(takeStateLock(folder, 0, context())).rejects.toThrow(locked);
  });

  test.each([
    ['of a living process id here', process.ppid, 'build-7'],
    ['of a process id that nobody has here', DEAD, 'build-7'],
    ['of its own process id', process.pid, hostname()],
  ])('leaves alone the lock of another container or machine, %s', async (_, pid, host) => {
    writeFileSync(join(folder, 'lock.1'), `${ownerOf(pid, '0badcafe', host)} 1`);
    const longAgo = new Date(Date.now() - 86_400_000);
    utimesSync(join(folder, 'lock.1'), longAgo, longAgo);
    const held = takeStateLock(folder, 0, context());
    await expect(held).rejects.toThrow(locked);
    await expect(held).rejects.toThrow(
      `${folder} is in use by process ${pid} of ${host}, which can't be seen from here`,
    );
    const [hint = ''] = hintsFor(
      (await held.catch((error: unknown) => error as KmsxError)) as KmsxError,
    );
    const [, remove = ''] = /: (rm .*)$/.exec(hint) ?? [];
    // One that was taken over there counts no more either.
    writeFileSync(join(folder, 'lock.2'), `${ownerOf(pid + 1, '0badcafe', host)} 1`);
    execFileSync('sh', ['-c', remove]);
    (await takeStateLock(folder, 0, context())).release();
  });

  test('leaves alone what it does not understand', async () => {
    writeFileSync(join(folder, 'lock.7'), 'somebody');
    await expect(takeStateLock(folder, 0, context())).rejects.toThrow(
      expect.objectContaining({
        code: 'state-locked',
        details: { folder, pid: 'unknown', path: join(folder, 'lock.7') },
      }) as Error,
    );
  });

  test('says so when the folder is not there', async () => {
    await expect(takeStateLock(join(folder, 'none'), 0, context())).rejects.toThrow(
      expect.objectContaining({ code: 'file-unwritable' }) as Error,
    );
  });

  test('is held by one process at a time, though its owners die with it', async () => {
    const ROUNDS = 25;
    const run = (): Promise<string> =>
      new Promise((resolve) => {
        const program = [
          'scripts/run-ts.js',
          'test/support/local-kms/lock-taker.ts',
          folder,
          String(ROUNDS),
        ];
        const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe'] });
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
        child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
        child.on('close', (code) => {
          resolve(`${output} ${String(code)}`);
        });
      });
    expect(await Promise.all([run(), run(), run(), run()])).toEqual(
      Array.from({ length: 4 }, () => `${ROUNDS} 0`),
    );
    await takeStateLock(folder, 0, {
      ...context(),
      isProcessAlive: (pid) => pid === process.pid,
    });
  });
});
