/* The process that a module runs in, as it is started by kmsx. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { encodeMessage } from '../../src/hsm/cryptoki/messages.ts';

const KMSX = fileURLToPath(new URL('../../bin/kmsx.js', import.meta.url));

it('writes no core dump, and gives none to a program that collects them', async () => {
  const host = spawn(process.execPath, [KMSX, 'kmsx:module-host', '30'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  try {
    const pipe = host.stdio[3] as Duplex;
    pipe.write(encodeMessage({ name: 'load', request: { path: '/none/module.so' } }));
    await once(pipe, 'data'); // it answers once it has set its limits
    const limits = readFileSync(`/proc/${String(host.pid)}/limits`, 'utf8');
    expect(limits).toMatch(/^Max core file size +1 +1 +bytes/m);
  } finally {
    host.kill('SIGKILL');
  }
});
