import { generateKeyPairSync } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Server } from '../../support/kmsx.ts';
import { cleanEnv, kmsx, KMSX, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { closedPort } from '../../support/network/servers.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const INSTANCE = 'kst-test.cryptoservice.kms.aliyuncs.com';
const tempFolder = useTempFolder();
const startLocalKms = useLocalKms();

/** The arguments of an export-key that goes to the server under the name of a dedicated gateway. */
function exportArguments({ announcement }: Server, cwd: string, ...more: string[]): string[] {
  const { port } = new URL(announcement.Endpoint);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(cwd, 'hsm.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  return [
    'export-key',
    ...['--endpoint', `https://${INSTANCE}:${port}`],
    ...['--resolve', `${INSTANCE}:${port}:127.0.0.1`],
    ...['--key-id', announcement.Keys[0]?.KeyId ?? '', '--pubkey', 'hsm.pem'],
    ...['--backup', 'backup.json', '--max-attempts', '1'],
    ...more,
  ];
}

describe('local-kms --tls', () => {
  it('is a dedicated gateway by what its help says to type, word for word but the port', async () => {
    const cwd = tempFolder();
    mkdirSync(join(cwd, 'bin'));
    symlinkSync(KMSX, join(cwd, 'bin', 'kmsx'));
    const help = await kmsxOk(['local-kms', '--help'], { cwd });
    const [, example = ''] =
      /# a rehearsal of a dedicated gateway.*\n((?: {2}.*\n)+)/.exec(help) ?? [];
    expect(example).toContain(':8443');
    const typed = example.replaceAll('8443', String(await closedPort()));
    const script = `set -e\ntrap 'kill $(jobs -p)' EXIT\n${typed}`;
    const env = cleanEnv(cwd, { PATH: `${join(cwd, 'bin')}:${process.env['PATH'] ?? ''}` });
    await promisify(execFile)('bash', ['-c', script], { cwd, env, timeout: 20_000 });
    const document: unknown = JSON.parse(readFileSync(join(cwd, 'export.json'), 'utf8'));
    expect(document).toMatchObject({ Format: 'kmsx-export/1', Rehearsal: true });
  });

  it('is a dedicated gateway under its own name, with --resolve and --ca-file', async () => {
    const cwd = tempFolder();
    const server = await startLocalKms({ cwd }, ['--tls', '--state', 'state']);
    expect(server.announcement).toMatchObject({ CaFile: join(cwd, 'state', 'ca.pem') });
    const args = exportArguments(server, cwd, '--ca-file', 'state/ca.pem');
    const env = {
      ...server.env,
      HTTPS_PROXY: 'socks5://127.0.0.1:9',
      ALL_PROXY: 'http://127.0.0.1:9',
    };
    const document: unknown = JSON.parse(await kmsxOk(args, { cwd, env }));
    expect(document).toMatchObject({ Format: 'kmsx-export/1', Rehearsal: true });
    expect(JSON.parse(readFileSync(join(cwd, 'backup.json'), 'utf8'))).toHaveProperty(
      'Rehearsal',
      true,
    );
  });

  it('is trusted by nobody without --ca-file: exit 5', async () => {
    const cwd = tempFolder();
    const server = await startLocalKms({ cwd }, ['--tls']);
    const result = await kmsx(exportArguments(server, cwd), { cwd, env: server.env });
    expect(result).toMatchObject({ code: 5, stdout: '' });
  });

  it.each(['authority', 'name', 'date'])(
    'shows a certificate that is wrong by %s: exit 5',
    async (wrong) => {
      const cwd = tempFolder();
      const fault = `certificate:wrong=${wrong},first=1`;
      const server = await startLocalKms({ cwd }, ['--tls', '--state', 'state', '--fault', fault]);
      const args = exportArguments(
        server,
        cwd,
        '--ca-file',
        'state/ca.pem',
        '--error-format',
        'json',
      );
      const refused = await kmsx(args, { cwd, env: server.env });
      expect(refused).toMatchObject({ code: 5, stdout: '' });
      expect(refused.stderr).toContain('"tls-failed"');
      await kmsxOk(args, { cwd, env: server.env });
    },
  );
});

describe('local-kms --fault', () => {
  it('makes calls fail that are tried again', async () => {
    const cwd = tempFolder();
    const server = await startLocalKms({ cwd }, [
      ...['--tls', '--state', 'state'],
      ...['--fault', 'throttle:action=GenerateAndExportDataKey,first=1'],
      ...['--fault', 'cut:after=1,first=1', '--fault', 'garbage:after=2,first=1'],
    ]);
    const args = exportArguments(server, cwd, '--ca-file', 'state/ca.pem', '--verbose');
    args.splice(args.indexOf('--max-attempts'), 2);
    const result = await kmsx(args, { cwd, env: server.env });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stderr).toContain('attempt 4');
  });

  it.each([
    ['throttle:frist=2', 'character 10: no parameter "frist"'],
    ['certificate', 'without TLS there is no certificate that could be wrong'],
    ['', 'character 1: no fault of that name'],
  ])('%j is refused: exit 2', async (spec, message) => {
    const result = await kmsx(['local-kms', `--fault=${spec}`], { cwd: tempFolder() });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});
