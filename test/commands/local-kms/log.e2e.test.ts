import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { KMSX, cleanEnv } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const tempFolder = useTempFolder();

/** Sends that many requests over one connection, and reads the answers. */
async function sendRequests(port: number, count: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const rest = count - 1;
  const last = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(rest) + last);
  socket.resume();
  await once(socket, 'close');
}

it('local-kms serves and ends on SIGTERM though nobody reads its log', async () => {
  const cwd = tempFolder();
  const fifo = join(cwd, 'log');
  execFileSync('mkfifo', [fifo]);
  const descriptor = openSync(fifo, 'r+');
  let child: ChildProcess | undefined;
  try {
    const server = spawn(process.execPath, [KMSX, 'local-kms', '--state', 'state'], {
      cwd,
      env: cleanEnv(cwd),
      stdio: ['ignore', 'pipe', descriptor],
    });
    child = server;
    if (server.stdout === null) throw new Error('no stdout');
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const { Endpoint } = JSON.parse(line) as { Endpoint: string };
    // A pipe holds 64 KiB, and each request leaves a line of about a hundred bytes.
    await sendRequests(Number(new URL(Endpoint).port), 3_000);
    server.kill('SIGTERM');
    const [code] = (await once(server, 'exit')) as [number | null];
    expect(code).toBe(0);
  } finally {
    child?.kill('SIGKILL');
    closeSync(descriptor);
  }
});
