/* Makes a golden file of every document of this version, with the built program, the embedded KMS and the marked test
   keys, into an empty folder: node scripts/run-ts.js scripts/golden-documents.ts test/golden/documents/VERSION

   Once made they stay as they are: every later version must read them. test/e2e/golden-documents.test.ts sees to it. */
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: golden-documents FOLDER');
const seed = resolve(folder, 'seed.json');
const isFresh = readdirSync(folder).every((name) => name === 'seed.json');
if (!isFresh || !existsSync(seed)) throw new Error(`${folder} must hold seed.json and no more`);

const kmsxPath = resolve('bin/kmsx.js');
const key = (name: string): string => resolve('test/keys', name);
const home = mkdtempSync(join(tmpdir(), 'kmsx-golden-'));
const env = {
  PATH: process.env['PATH'],
  HOME: home,
  ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tGoldenDocuments',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'notAnActualSecret',
  ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou',
};

/** Runs the program in the folder of the golden files, beside the servers that this process holds. */
async function kmsx(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [kmsxPath, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`kmsx ${args[0] ?? ''} ended with ${code ?? 'a signal'}`);
  return stdout;
}

async function startLocalKms(): Promise<{ child: ChildProcess; endpoint: string }> {
  const child = spawn(process.execPath, [kmsxPath, 'local-kms', '--seed', seed], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, endpoint: (JSON.parse(line) as { Endpoint: string }).Endpoint };
}

/** The same KMS without its mark, so that documents are as the real one makes them; its last answer is kept. */
function startUnmarked(target: string): {
  server: ReturnType<typeof createServer>;
  last: () => string;
} {
  let last = '';
  const server = createServer((incoming: IncomingMessage, outgoing) => {
    const { method, headers, url } = incoming;
    const forwarded = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        last = Buffer.concat(chunks).toString();
        const { 'x-kmsx-embedded-kms': _, ...others } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 500, others);
        outgoing.end(last);
      });
    });
    incoming.pipe(forwarded);
  });
  return { server, last: () => last };
}

const publicKeyOf = (name: string): string => {
  const path = join(home, `${name}.pub.pem`);
  execFileSync('openssl', ['pkey', '-in', key(`${name}.pem`), '-pubout', '-out', path]);
  return path;
};

const local = await startLocalKms();
const unmarked = startUnmarked(local.endpoint);
unmarked.server.listen(0, '127.0.0.1');
await once(unmarked.server, 'listening');
const { port } = unmarked.server.address() as AddressInfo;
const real = ['--endpoint', `http://127.0.0.1:${port}`];

try {
  const first = ['--pubkey', key('rsa-2048-pub.pem')];
  const second = ['--pubkey', publicKeyOf('other-2048')];
  const exportKey = ['export-key', '--key-id', 'alias/golden'];
  const context = ['--context', 'purpose=payments', '--context', '__proto__=kept'];
  const to = (name: string): string[] => [
    '--backup',
    `backup${name}.json`,
    '--out',
    `export${name}.json`,
  ];

  await kmsx(...exportKey, ...first, ...real, ...to(''));
  writeFileSync(
    resolve(folder, 'answer.json'),
    `${JSON.stringify(JSON.parse(unmarked.last()), undefined, '\t')}\n`,
  );
  await kmsx(...exportKey, ...first, ...second, ...context, ...real, ...to('-two'));
  await kmsx(...exportKey, ...first, '--bind', ...context, ...real, ...to('-bound'));
  await kmsx(
    ...[...exportKey, ...first, '--wrapping-algorithm', 'RSAES_OAEP_SHA_1'],
    ...['--number-of-bytes', '200', ...real, ...to('-long')],
  );
  await kmsx(...exportKey, ...first, '--endpoint', local.endpoint, ...to('-rehearsal'));
  await kmsx(
    ...[...exportKey, ...first, ...real, '--out', 'export-of-blob.json'],
    ...['--backup', 'backup.blob', '--backup-format', 'blob'],
  );
  await kmsx(
    'reexport-key',
    '--in',
    'backup.blob',
    ...second,
    ...real,
    '--out',
    'export-again.json',
  );
  const reencrypt = ['reencrypt-key', '--in', 'backup-bound.json', '--to-key-id', 'alias/other'];
  await kmsx(...reencrypt, ...real, '--backup', 'backup-reencrypted.json');

  const unwrap = ['unwrap-key', '--privkey', key('rsa-2048-pkcs8.pem'), '--in'];
  const components = (name: string): string[] =>
    [1, 2, 3].flatMap((number) => ['--component', `component-${name}-${number}.json`]);
  await kmsx(...unwrap, 'export-bound.json', ...components('xor'));
  await kmsx(...unwrap, 'export.json', ...components('shamir'), '--threshold', '2');

  const labels: [string, string][] = [];
  for (const name of readdirSync(folder).filter((each) => /^export.*\.json$/.test(each))) {
    const privkey = key(name === 'export-again.json' ? 'other-2048.pem' : 'rsa-2048-pkcs8.pem');
    const values = await kmsx(
      'unwrap-key',
      '--privkey',
      privkey,
      '--in',
      name,
      '--check-value-only',
    );
    const { KeyCheckValues } = JSON.parse(values) as {
      KeyCheckValues: { Method: string; Value: string }[];
    };
    const last = KeyCheckValues.at(-1);
    const word = last?.Method === 'SHA256-LABEL' ? 'sha256' : 'label';
    labels.push([name, `${word}:${last?.Value ?? ''}`]);
  }
  const checkValues = Object.fromEntries(labels);
  writeFileSync(
    resolve(folder, 'check-values.json'),
    `${JSON.stringify(checkValues, undefined, 2)}\n`,
  );
  for (const name of readdirSync(folder)) chmodSync(resolve(folder, name), 0o644);
} finally {
  unmarked.server.close();
  unmarked.server.closeAllConnections();
  local.child.kill('SIGTERM');
  rmSync(home, { recursive: true, force: true });
}
