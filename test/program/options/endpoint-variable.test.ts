/* A stale KMSX_ENDPOINT is named where the connection to it fails. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();

const SAYS = 'KMSX_ENDPOINT says that KMS is there';
const EXPORT = ['export-key', '--key-id', 'alias/x', '--pubkey', PUBKEY];
const LIMITS = ['--max-attempts', '1', '--timeout', '1'];

async function failing(argv: readonly string[], endpoint: string): Promise<string> {
  const { code, stdout, stderr } = await runInProcess([...argv, ...LIMITS], {
    cwd: folder(),
    env: {
      HOME: folder(),
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'id',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret',
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
      KMSX_ENDPOINT: endpoint,
    },
    isReal: true,
  });
  expect(code, stderr).toBe(5);
  if (argv[0] !== 'doctor') expect(stdout).toBe('');
  return stderr;
}

/** A port where nobody listens, or somebody who says nothing or ends each connection. */
async function portOf(behaviour: 'closed' | 'silent' | 'ends'): Promise<number> {
  const server = createServer((socket) => {
    if (behaviour === 'ends') socket.destroy();
    else onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<unknown> => new Promise((resolve) => server.close(resolve));
  if (behaviour === 'closed') await close();
  else onTestFinished(() => void close());
  return port;
}

it.each([
  ['closed', 'export-key', EXPORT],
  ['closed', 'list-keys', ['list-keys']],
  ['closed', 'doctor', ['doctor', '--key-id', 'alias/x']],
  ['silent', 'export-key', EXPORT],
  ['ends', 'list-keys', ['list-keys']],
] as const)('a port that is %s: %s says where the address came from', async (kind, _, argv) => {
  const port = await portOf(kind);
  for (const endpoint of [`http://127.0.0.1:${port}`, `http://127.0.0.1:${port}/`]) {
    const stderr = await failing(argv, endpoint);
    expect(stderr).toMatch(new RegExp(`^kmsx: error: .*127\\.0\\.0\\.1:${port}.*; ${SAYS}$`, 'm'));
    const [hint] = /^kmsx: hint: .*$/m.exec(stderr) ?? [];
    expect(hint).toContain('unset KMSX_ENDPOINT if that is no longer so');
    expect(stderr.match(/^kmsx: hint: /gm)?.length).toBeGreaterThan(1);
  }
});

it('is not named where an option names the address', async () => {
  const port = await portOf('closed');
  const endpoint = ['--endpoint', `http://127.0.0.1:${port}`];
  const stderr = await failing(['list-keys', ...endpoint], `http://127.0.0.1:${port}`);
  expect(stderr).not.toContain('KMSX_ENDPOINT');
});
