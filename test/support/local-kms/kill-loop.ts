import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import type { Announcement } from '../kmsx.ts';
import { startKmsx } from '../kmsx.ts';
import { signedCall } from './signed-call.ts';

/** What the server said: the ids of the KMS keys that it keeps, and data keys under them. */
interface Acknowledged {
  readonly keyIds: Set<string>;
  readonly dataKeys: Readonly<Record<string, unknown>>[];
}

const MAKERS = 4;
const MAX_OPENED = 50;
/** After ten keys or so the state's document is written anew. */
const DESCRIPTION = 'x'.repeat(6000);

/**
 * Starts `kmsx local-kms --state` again and again and kills it (SIGKILL) while KMS keys are made, after a random number of them.
 * After each start every KMS key that was ever acknowledged must be there, and open what it sealed.
 *
 * @returns how many keys were acknowledged in all
 */
export async function killWhileKeysAreMade(folder: string, rounds: number): Promise<number> {
  const kept: Acknowledged = { keyIds: new Set(), dataKeys: [] };
  for (let round = 0; round < rounds; round += 1) {
    const child = startKmsx(['local-kms', '--quiet', '--state', 'state'], { cwd: folder });
    // Some are killed while they start.
    const early = round % 4 === 3 ? 60 + Math.random() * 200 : undefined;
    if (early !== undefined) setTimeout(() => child.kill('SIGKILL'), early);
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>,
      once(child, 'close').then(() => undefined),
    ]);
    if (line === undefined) {
      expect(child.signalCode, said.join('')).toBe('SIGKILL');
      continue;
    }
    const announcement = JSON.parse(line[0]) as Announcement;
    let enough = Infinity;
    if (early === undefined) {
      await expectKept(announcement, kept);
      enough = kept.keyIds.size + 2 + Math.floor(Math.random() * 40);
    }
    const onKey = (): void => {
      if (kept.keyIds.size === enough) setTimeout(() => child.kill('SIGKILL'), Math.random() * 10);
    };
    await Promise.all(Array.from({ length: MAKERS }, () => makeKeys(announcement, kept, onKey)));
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    expect(child.signalCode, said.join('')).toBe('SIGKILL');
    await sleep(1);
  }
  return kept.keyIds.size;
}

async function expectKept(server: Announcement, kept: Acknowledged): Promise<void> {
  const there = new Set<string>();
  for (let page = 1; there.size < 100 * page; page += 1) {
    const query = { PageSize: '100', PageNumber: String(page) };
    const { Keys } = (await signedCall(server, 'ListKeys', query)) as {
      Keys: { Key: { KeyId: string }[] };
    };
    for (const { KeyId } of Keys.Key) there.add(KeyId);
    if (Keys.Key.length < 100) break;
  }
  expect([...kept.keyIds].filter((keyId) => !there.has(keyId))).toEqual([]);
  for (const { CiphertextBlob, KeyId, Plaintext } of kept.dataKeys.slice(-MAX_OPENED)) {
    const query = { CiphertextBlob: String(CiphertextBlob) };
    expect(await signedCall(server, 'Decrypt', query)).toMatchObject({ KeyId, Plaintext });
  }
}

/** Makes keys, one after another, until the server is gone. */
async function makeKeys(
  server: Announcement,
  kept: Acknowledged,
  onKey: () => void,
): Promise<void> {
  for (;;) {
    try {
      const { KeyMetadata } = await signedCall(server, 'CreateKey', { Description: DESCRIPTION });
      const { KeyId } = KeyMetadata as { KeyId: string };
      kept.keyIds.add(KeyId);
      onKey();
      kept.dataKeys.push(await signedCall(server, 'GenerateDataKey', { KeyId }));
    } catch (error) {
      // fetch says so when a connection is refused or cut; anything else is a failure.
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}
