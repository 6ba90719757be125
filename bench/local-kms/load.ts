import type { KmsServer, MeasuredServer } from './kms-server.ts';
import { startBareServer, startKmsServer } from './kms-server.ts';
import { KmsxProcess } from '../kmsx-process.ts';
import type { Load } from './loader.ts';
import { sendAll } from './loader.ts';
import { median } from '../round-robin.ts';
import { markdownTable } from '../table.ts';

const ROUNDS = 5;
const REQUESTS = 20_000;
const CONNECTIONS = 64;
const MANY_CONNECTIONS = 500;
const MANY_ROUNDS = 3;
const TARGET_PER_SECOND = 6_500;
const TARGET_OF_TWO = 9_000;
const TARGET_WAIT = 3;

/** The servers that are compared. */
interface Servers {
  readonly bare: MeasuredServer;
  readonly kms: KmsServer;
}

/**
 * Measures what the embedded KMS makes of signed GenerateAndExportDataKey calls, while the loader runs on the same machine:
 * how many a second, and how long the slowest wait when many connections come at once; beside it, what the same loader gets
 * out of a Node server that does nothing.
 *
 * @param root - the folder of the repository
 * @param folder - takes every file
 */
export async function localKmsTable(root: string, folder: string): Promise<string> {
  const processes = new KmsxProcess(root, folder);
  const servers = {
    bare: await startBareServer(),
    kms: await startKmsServer(processes, '--quiet'),
  };
  try {
    return [
      await rates(servers),
      await ratesOfTwo(processes, servers.kms),
      await waits(servers),
    ].join('\n');
  } finally {
    await servers.kms.stop();
    await servers.bare.stop();
  }
}

async function rates({ bare, kms }: Servers): Promise<string> {
  const [ofBare, ofKms] = [[] as Load[], [] as Load[]];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const requests = kms.sign(REQUESTS);
    const loads = [
      await sendAll(bare.port, requests, CONNECTIONS),
      await sendAll(kms.port, requests, CONNECTIONS),
    ] as const;
    if (round === 0) continue; // warms up
    ofBare.push(loads[0]);
    ofKms.push(loads[1]);
  }
  const rateOf = (loads: readonly Load[]): number =>
    median(loads.map(({ seconds }) => REQUESTS / seconds));
  const share = median(ofKms.map(({ loaderSeconds, seconds }) => loaderSeconds / seconds));
  const [bareRate, kmsRate] = [rateOf(ofBare), rateOf(ofKms)];
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
        `\`local-kms\`, signed GenerateAndExportDataKey (the loader took ${(100 * share).toFixed(0)} % of one core)`,
        kmsRate.toFixed(0),
        (kmsRate / bareRate).toFixed(2),
        `≥ ${TARGET_PER_SECOND}`,
        verdict(kmsRate >= TARGET_PER_SECOND),
      ],
    ],
  );
}

/** Two processes, each with a state of its own: what two cores have room for beside the loader. */
async function ratesOfTwo(processes: KmsxProcess, one: KmsServer): Promise<string> {
  const other = await startKmsServer(processes, '--quiet');
  try {
    const [alone, together]: [number[], number[]] = [[], []];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const requests = [one.sign(REQUESTS / 2), other.sign(REQUESTS / 2)] as const;
      const { seconds } = await sendAll(one.port, one.sign(REQUESTS), CONNECTIONS);
      const start = performance.now();
      await Promise.all([
        sendAll(one.port, requests[0], CONNECTIONS / 2),
        sendAll(other.port, requests[1], CONNECTIONS / 2),
      ]);
      if (round === 0) continue;
      alone.push(REQUESTS / seconds);
      together.push((1000 * REQUESTS) / (performance.now() - start));
    }
    const [rate, both] = [median(alone), median(together)];
    return markdownTable(
      ['Two processes of `local-kms`, one loader', 'a second', '× one', 'target', ''],
      [
        ['one', rate.toFixed(0), '1.00', '', ''],
        [
          'two, each with its own state',
          both.toFixed(0),
          (both / rate).toFixed(2),
          `≥ ${TARGET_OF_TWO}`,
          verdict(both >= TARGET_OF_TWO),
        ],
      ],
    );
  } finally {
    await other.stop();
  }
}

/** How long the slowest in a hundred waits, from the beginning of its connection or from its request on. */
async function waits({ bare, kms }: Servers): Promise<string> {
  const [ofBare, ofKms]: [number[], number[]] = [[], []];
  for (let round = 0; round <= MANY_ROUNDS; round += 1) {
    const requests = kms.sign(REQUESTS);
    for (const [{ port }, all] of [[bare, ofBare] as const, [kms, ofKms] as const]) {
      const load = await sendAll(port, requests, MANY_CONNECTIONS);
      if (round > 0) all.push(load.waits[Math.floor(0.99 * load.waits.length)] ?? Infinity);
    }
  }
  const [bareWait, kmsWait] = [median(ofBare), median(ofKms)];
  return markdownTable(
    [
      `${MANY_CONNECTIONS} connections at once, 99th percentile, median of ${MANY_ROUNDS}`,
      'ms',
      '× Node alone',
      'target',
      '',
    ],
    [
      ['a `node:http` server that does nothing', bareWait.toFixed(0), '1.00', '', ''],
      [
        '`local-kms`, signed GenerateAndExportDataKey',
        kmsWait.toFixed(0),
        (kmsWait / bareWait).toFixed(2),
        `≤ ${TARGET_WAIT} ×`,
        verdict(kmsWait <= TARGET_WAIT * bareWait),
      ],
    ],
  );
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'not met';
}
