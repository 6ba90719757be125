import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { KmsxProcess } from '../kmsx-process.ts';
import type { Load } from './loader.ts';
import { sendAll } from './loader.ts';
import type { Call, SigningKey } from './signed-requests.ts';
import { exportCall, signedRequests } from './signed-requests.ts';

/** Answers every request with as many bytes as GenerateAndExportDataKey does, and does nothing else. */
const BARE_SERVER = `
const body = Buffer.alloc(820, 'x');
require('node:http').createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

interface Announcement extends SigningKey {
  readonly Endpoint: string;
  readonly Keys: readonly { readonly KeyId: string }[];
}

/** A server that is measured, in a process of its own. */
export interface MeasuredServer {
  readonly port: number;
  /** Its most memory so far, in MiB (Linux). */
  mib(): number;
  stop(): Promise<void>;
}

/** A running `local-kms`. */
export interface KmsServer extends MeasuredServer {
  /** Signs so many calls: of GenerateAndExportDataKey, where nothing else is given. */
  sign(count: number, call?: Call): Buffer[];
  /** Signs and sends them. */
  send(count: number, connections: number, call?: Call): Promise<Load>;
}

/** Starts `local-kms`; its log is thrown away unless arguments say otherwise. */
export async function startKmsServer(
  processes: KmsxProcess,
  ...args: readonly string[]
): Promise<KmsServer> {
  const { child, line } = await processes.start('local-kms', ...args);
  const announcement = JSON.parse(line) as Announcement;
  const { host, port } = new URL(announcement.Endpoint);
  // It makes a key pair, which is no part of the start.
  let exports: Call | undefined;
  const ofExport = (): Call => (exports ??= exportCall(announcement.Keys[0]?.KeyId ?? ''));
  const sign = (count: number, call = ofExport()): Buffer[] =>
    signedRequests(count, host, call, announcement);
  return {
    ...measured(child, Number(port)),
    sign,
    send: (count, connections, call) => sendAll(Number(port), sign(count, call), connections),
  };
}

/** Starts a Node server that does nothing. */
export async function startBareServer(): Promise<MeasuredServer> {
  const child = spawn(process.execPath, ['-e', BARE_SERVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return measured(child, Number(line));
  }
  throw new Error('the server that does nothing did not start');
}

function measured(child: ChildProcess, port: number): MeasuredServer {
  return {
    port,
    mib: () => {
      const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
      return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}
