import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { KmsxProcess } from './kmsx-process.ts';
import { sendAll } from './loader.ts';
import type { SigningKey } from './signed-requests.ts';
import { signedRequests } from './signed-requests.ts';
import { stateOf } from './state.ts';
import { markdownTable } from './table.ts';

const ROUNDS = 5;
const REQUESTS = 20_000;
const CONNECTIONS = 64;
const TARGET_PER_SECOND = 5_000;
const KEYS = 10_000;
const TARGET_START_MS = 1_000;

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

/**
 * Counts how many signed GenerateAndExportDataKey calls a second one process of the embedded KMS answers, while the
 * loader runs on the same machine; beside it, what the same loader gets out of a Node server that does nothing.
 *
 * @param root - the folder of the repository
 * @param folder - takes every file
 */
export async function localKmsTable(root: string, folder: string): Promise<string> {
  const processes = new KmsxProcess(root, folder);
  const bare = await startBareServer();
  const kms = await processes.start('local-kms', '--quiet');
  try {
    const announcement = JSON.parse(kms.line) as Announcement;
    const { host, port } = new URL(announcement.Endpoint);
    const keyId = announcement.Keys[0]?.KeyId ?? '';
    const rates = { bare: [] as number[], kms: [] as number[] };
    let loaderShare = 0;
    for (let round = 0; round <= ROUNDS; round += 1) {
      const requests = signedRequests(REQUESTS, host, keyId, announcement);
      const [ofBare, ofKms] = [
        await sendAll(bare.port, requests, CONNECTIONS),
        await sendAll(Number(port), requests, CONNECTIONS),
      ];
      if (round === 0) continue; // warms up
      rates.bare.push(REQUESTS / ofBare.seconds);
      rates.kms.push(REQUESTS / ofKms.seconds);
      loaderShare += ofKms.loaderSeconds / ofKms.seconds / ROUNDS;
    }
    const [bareRate, kmsRate] = [median(rates.bare), median(rates.kms)];
    const met = kmsRate >= TARGET_PER_SECOND ? 'met' : 'not met';
    return markdownTable(
      [
        `${REQUESTS.toLocaleString('en')} calls over ${CONNECTIONS} connections, median of ${ROUNDS}`,
        'a second',
        '× Node alone',
        'target',
        '',
      ],
      [
        ['a `node:http` server that does nothing', bareRate.toFixed(0), '1.00', '', ''],
        [
          `\`local-kms\`, signed GenerateAndExportDataKey (the loader took ${(100 * loaderShare).toFixed(0)} % of one core)`,
          kmsRate.toFixed(0),
          (kmsRate / bareRate).toFixed(2),
          `≥ ${TARGET_PER_SECOND}`,
          met,
        ],
      ],
    );
  } finally {
    await stop(kms.child);
    await stop(bare.child);
  }
}

/** Times the start of the embedded KMS, from the launch of the process to its first line. */
export async function localKmsStartTable(root: string, folder: string): Promise<string> {
  const processes = new KmsxProcess(root, folder);
  const stateFolder = join(folder, 'state');
  mkdirSync(stateFolder, { mode: 0o700 });
  writeFileSync(join(stateFolder, 'state.json'), await stateOf({ keys: KEYS }), { mode: 0o600 });
  const time = async (...args: string[]): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now();
      const { child } = await processes.start('local-kms', '--quiet', ...args);
      times.push(performance.now() - start);
      await stop(child);
    }
    return median(times);
  };
  const [empty, full] = [await time(), await time('--state', stateFolder)];
  return markdownTable(
    [`Start of \`local-kms\`, median of ${ROUNDS}`, 'ms', '× without', 'target', ''],
    [
      ['in memory', empty.toFixed(0), '1.00', '', ''],
      [
        `with ${KEYS.toLocaleString('en')} KMS keys in its state`,
        full.toFixed(0),
        (full / empty).toFixed(2),
        `≤ ${TARGET_START_MS} ms`,
        full <= TARGET_START_MS ? 'met' : 'not met',
      ],
    ],
  );
}

async function startBareServer(): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, ['-e', BARE_SERVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, port: Number(line) };
  }
  throw new Error('the server that does nothing did not start');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
