/* Every failure again, provoked on the real program; and those that take a kernel, a mount or a child's help. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DOCTOR_CASES } from '../../support/doctor/cases.ts';
import { expectCase, lineOf } from '../../support/doctor/expectations.ts';
import { keyEnv, useDoctorStage } from '../../support/doctor/stage.ts';
import { kmsx } from '../../support/kmsx.ts';
import { useMounts } from '../../support/mounts.ts';

const stage = useDoctorStage((args, options) => kmsx(args, options));
const mounts = useMounts();

describe('doctor, the real program, names the first failure', () => {
  it.each(DOCTOR_CASES.map((each) => [each.title, each] as const))('%s', async (_, each) => {
    await expectCase(stage(), each);
  });

  it('a read-only mount', async () => {
    const { folder, kms, run } = stage();
    mounts.memory(join(folder, 'disk'), '64k');
    mounts.readOnly(join(folder, 'disk'));
    const args = ['--endpoint', kms.announcement.Endpoint, '--backup', 'disk/b.json'];
    const ran = await run(['doctor', ...args], keyEnv('Account'));
    expect(ran).toMatchObject({ code: 7 });
    expect(lineOf(ran, 'outputs')).toMatchObject({ Status: 'fail', Code: 'file-unwritable' });
    expect(lineOf(ran, 'outputs').Message).toContain('EROFS');
  });

  it('a port that swallows connections', async () => {
    const port = await startDeafServer();
    const args = ['--endpoint', `https://127.0.0.1:${port}`, '--timeout', '1'];
    const ran = await stage().run(['doctor', ...args], keyEnv('Account'));
    expect(ran).toMatchObject({ code: 5 });
    expect(lineOf(ran, 'tcp')).toMatchObject({ Status: 'fail', Code: 'timed-out' });
    expect(lineOf(ran, 'tls')).toMatchObject({ Status: 'not-reached' });
  });
});

/** A process that listens and never accepts; its queue is full when this resolves. */
async function startDeafServer(): Promise<number> {
  const script = `
    require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
      require('fs').writeSync(1, String(this.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const callers: Socket[] = [];
  onTestFinished(() => {
    for (const caller of callers) caller.destroy();
    child.kill('SIGKILL');
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(text.toString());
  for (;;) {
    const caller = connect({ host: '127.0.0.1', port });
    caller.on('error', () => undefined);
    callers.push(caller);
    const isTaken = await Promise.race([
      once(caller, 'connect').then(() => true),
      new Promise<false>((resolve) => {
        setTimeout(() => {
          resolve(false);
        }, 300);
      }),
    ]);
    if (!isTaken) return port;
  }
}
