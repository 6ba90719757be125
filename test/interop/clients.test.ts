/* Clients that others wrote, unmodified, against the embedded KMS; clients/README.md tells how. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/local-kms/operations/operations.ts';
import { useLocalKms } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { CLIENTS } from './clients/clients.ts';
import type { ClientRun } from './clients/run-client.ts';
import { problemsOf, runClient } from './clients/run-client.ts';
import { SCENARIO } from './clients/scenario/scenario.ts';
import { withTable } from './clients/table.ts';
import type { Target, TlsAnnouncement } from './clients/targets.ts';
import { embeddedKms, SEED } from './clients/targets.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/embedded-kms.md', import.meta.url));
const BUILD_MS = 600_000;
const RUN_MS = 600_000;

const folder = useTempFolder();
const localKms = useLocalKms();
const runs = new Map<string, ClientRun[]>();

/** The embedded KMS as a process of its own, with TLS and the callers of the scenario. */
async function startTarget(): Promise<Target> {
  const seed = join(folder(), 'seed.json');
  writeFileSync(seed, JSON.stringify(SEED));
  const { announcement } = await localKms({ cwd: folder() }, ['--tls', '--seed', seed]);
  return embeddedKms(announcement as unknown as TlsAnnouncement);
}

/** Operations that a client says it offers, and that it made no call of. */
function offeredAndUntried({ introduction, results }: ClientRun): readonly string[] {
  const tried = new Set(results.flatMap(({ step, isOffered }) => (isOffered ? step.action : [])));
  const { operations } = introduction;
  return [...OPERATIONS.keys()].filter(
    (action) => !tried.has(action) && (operations.includes('*') || operations.includes(action)),
  );
}

describe('the scenario', () => {
  it('has each operation of the embedded KMS with an answer and with a refusal', () => {
    const withAnswer = SCENARIO.filter((step) => !('refused' in step));
    const withRefusal = SCENARIO.filter((step) => 'refused' in step);
    const all = [...OPERATIONS.keys()].sort();
    for (const steps of [withAnswer, withRefusal]) {
      expect([...new Set(steps.map(({ action }) => action))].sort()).toEqual(all);
    }
  });

  it('has a part for the real service that needs none of the rest', async () => {
    const { service, callers } = await startTarget();
    const { account, 'wrong secret': wrongSecret, 'unknown access key': unknown } = callers;
    if (account === undefined || wrongSecret === undefined || unknown === undefined)
      return expect.unreachable();
    const target: Target = {
      service,
      callers: { account, 'wrong secret': wrongSecret, 'unknown access key': unknown },
    };
    const [client] = CLIENTS.filter(({ title }) => title === 'Node OpenAPI');
    const [variant] = client?.variants ?? [];
    if (client === undefined || variant === undefined) return expect.unreachable();
    const { results } = await runClient(client, variant, target, folder());
    expect(problemsOf(results)).toEqual([]);
    expect(results.length).toBeGreaterThan(100);
    expect(results.length).toBeLessThan(SCENARIO.length);
  });
});

describe.each(CLIENTS)('$what', (client) => {
  beforeAll(() => {
    const [program, ...args] = client.build ?? [];
    if (program !== undefined) execFileSync(program, args, { stdio: ['ignore', 2, 2] });
  }, BUILD_MS);

  it.each(client.variants)(
    'takes the embedded KMS for KMS: $signature',
    async (variant) => {
      const run = await runClient(client, variant, await startTarget(), folder());
      runs.set(client.title, [...(runs.get(client.title) ?? []), run]);
      expect(problemsOf(run.results)).toEqual([]);
      expect(offeredAndUntried(run)).toEqual([]);
    },
    RUN_MS,
  );
});

describe('docs/embedded-kms.md', () => {
  it('shows what came of it (vitest -u writes it, once all is well)', async () => {
    const all = CLIENTS.flatMap(({ title }) => runs.get(title) ?? []);
    expect(all, 'every client ran').toHaveLength(CLIENTS.flatMap((each) => each.variants).length);
    expect(all.flatMap((run) => problemsOf(run.results))).toEqual([]);
    const results = CLIENTS.map(({ title, what, variants }) => ({
      title,
      what,
      version: runs.get(title)?.[0]?.introduction.version ?? '',
      signatures: variants.map(({ signature }) => signature),
      results: (runs.get(title) ?? []).flatMap((run) => run.results),
    }));
    await expect(withTable(readFileSync(DOCUMENT, 'utf8'), results)).toMatchFileSnapshot(DOCUMENT);
  });
});
