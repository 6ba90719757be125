/* A process that is started for a module. A script stands for Node.js with the module in it. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeMessage } from '../../../src/hsm/cryptoki/messages.ts';
import { startModuleProcess } from '../../../src/hsm/module-process.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

function start(script: string) {
  const nodeExecutable = join(folder(), 'node');
  writeFileSync(nodeExecutable, `#!/bin/sh\n${script}\n`);
  chmodSync(nodeExecutable, 0o700);
  const { signal } = new AbortController();
  const env = { PATH: process.env['PATH'] };
  return startModuleProcess({
    nodeExecutable,
    programFile: 'kmsx.js',
    env,
    timeoutMs: 60_000,
    signal,
  });
}

it('ends with its process, though a program that the module started keeps the pipe open', async () => {
  const pid = join(folder(), 'pid');
  const answer = join(folder(), 'answer');
  writeFileSync(answer, encodeMessage({ value: [] }));
  const { call, close } = start(
    `sleep 600 & echo $! > '${pid}'; cat '${answer}' >&3; cat <&3 > /dev/null`,
  );
  try {
    expect(await call('slots', {})).toEqual([]);
    await close();
  } finally {
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
  }
});

it('says what a module answers that it cannot mean', async () => {
  const answer = join(folder(), 'answer');
  writeFileSync(answer, encodeMessage({ nonsense: 'more slots than any has' }));
  const { call, close } = start(`cat '${answer}' >&3; cat <&3 > /dev/null`);
  await expect(call('slots', {})).rejects.toMatchObject({
    code: 'module-failed',
    message: 'the module answers slots with more slots than any has',
  });
  await close();
});
