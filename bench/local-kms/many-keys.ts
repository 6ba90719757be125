import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startKmsServer } from './kms-server.ts';
import { KmsxProcess } from '../kmsx-process.ts';
import { stateOf } from './state.ts';
import { median } from '../round-robin.ts';
import { markdownTable } from '../table.ts';

const ROUNDS = 5;
const KEYS = 10_000;
const CREATED = 200;
const TARGET_START_MS = 300;

/**
 * Times the start of the embedded KMS, from the launch of the process to its first line, and CreateKey, one after the other,
 * with few and with many keys in its state.
 *
 * @param folder - takes every file
 */
export async function localKmsStateTable(root: string, folder: string): Promise<string> {
  const processes = new KmsxProcess(root, folder);
  const times = async (keys?: number): Promise<{ start: number; create: number }> => {
    const [starts, creates]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const state = mkdtempSync(join(folder, 'state-'));
      const text = keys === undefined ? undefined : await stateOf({ keys });
      if (text !== undefined) writeFileSync(join(state, 'state.json'), text, { mode: 0o600 });
      const begun = performance.now();
      const kms = await startKmsServer(
        processes,
        '--quiet',
        ...(keys === undefined ? [] : ['--state', state]),
      );
      starts.push(performance.now() - begun);
      try {
        const call = { action: 'CreateKey', parameters: [] };
        await kms.send(1, 1, call); // writes the document with its first journal
        const { waits } = await kms.send(CREATED, 1, call);
        creates.push(median(waits));
      } finally {
        await kms.stop();
      }
    }
    return { start: median(starts), create: median(creates) };
  };
  const [memory, few, many] = [await times(), await times(1), await times(KEYS)];
  return markdownTable(
    [
      `\`local-kms --state\`, median of ${ROUNDS}`,
      'start: ms',
      'CreateKey: ms',
      '× one key',
      'target',
      '',
    ],
    [
      ['in memory', memory.start.toFixed(0), memory.create.toFixed(1), '', '', ''],
      ['with one KMS key', few.start.toFixed(0), few.create.toFixed(1), '1.00', '', ''],
      [
        `with ${KEYS.toLocaleString('en')} KMS keys`,
        many.start.toFixed(0),
        many.create.toFixed(1),
        (many.create / few.create).toFixed(2),
        `start ≤ ${TARGET_START_MS} ms`,
        many.start <= TARGET_START_MS ? 'met' : 'not met',
      ],
    ],
  );
}
