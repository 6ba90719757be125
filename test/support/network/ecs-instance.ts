/*
 * A program for a network of its own (`unshare -n`), where it may be an instance of Alibaba Cloud: it serves
 * metadata at the real address, 100.100.100.200:80, and a KMS that takes anything, runs kmsx, and prints what came of
 * it. Argument: JSON of type InstanceOrder.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { RunResult } from '../run-result.ts';
import type { MetadataOptions } from '../credentials/metadata-service.ts';
import { Metadata } from '../credentials/metadata-service.ts';

export interface InstanceOrder {
  /** `silent`: the address is there and never answers; `swallowed`: packets to it vanish; `absent`: no such network. */
  readonly metadata: MetadataOptions | 'silent' | 'swallowed' | 'absent';
  /** The program and its arguments; `KMS_ENDPOINT` among them stands for the KMS's address. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface InstanceReport extends RunResult {
  /** What the metadata service was asked: method and path. */
  readonly asked: readonly string[];
  /** The STS tokens that KMS was called with. */
  readonly tokens: readonly (string | undefined)[];
}

const ADDRESS = '100.100.100.200';
const MIB = 1024 * 1024;

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function listen(listener: RequestListener, port: number, host: string): Promise<number> {
  const server = createServer(listener);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function serveMetadata(kind: InstanceOrder['metadata'], asked: string[]): Promise<void> {
  if (kind === 'absent') return;
  if (kind === 'swallowed') {
    ip('route', 'add', `${ADDRESS}/32`, 'dev', 'lo');
    return;
  }
  ip('addr', 'add', `${ADDRESS}/32`, 'dev', 'lo');
  const metadata = kind === 'silent' ? undefined : new Metadata(kind);
  const listener: RequestListener = ({ method = '', url = '', headers }, response) => {
    asked.push(`${method} ${url}`);
    metadata?.answer({ method, url: new URL(url, `http://${ADDRESS}`), headers }, response);
  };
  await listen(listener, 80, ADDRESS);
}

async function carryOut(order: InstanceOrder): Promise<InstanceReport> {
  ip('link', 'set', 'lo', 'up');
  const asked: string[] = [];
  const tokens: (string | undefined)[] = [];
  await serveMetadata(order.metadata, asked);
  const kms: RequestListener = (request, response) => {
    request.resume();
    const token = request.headers['x-acs-security-token'];
    tokens.push(typeof token === 'string' ? token : undefined);
    const body = { Code: 'DryRunOperationError', Message: '', RequestId: 'kms-1' };
    response.writeHead(400, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };
  const port = await listen(kms, 0, '127.0.0.1');
  const [program = '', ...args] = order.command.map((word) =>
    word.replace('KMS_ENDPOINT', `http://127.0.0.1:${port}`),
  );
  const child = spawn(program, args, { env: order.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr, asked, tokens };
}

const report = JSON.stringify(await carryOut(JSON.parse(process.argv[2] ?? '') as InstanceOrder));
if (report.length > MIB) throw new Error('the report is too long');
process.stdout.write(report, () => process.exit());
