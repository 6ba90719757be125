/* Clients that others wrote, unmodified, against the embedded KMS; clients/README.md tells how. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../src/local-kms/operations/operations.ts';
import type { Client, Variant } from './clients.ts';
import { CLIENTS } from './clients.ts';
import type { ClientRun } from './run-client.ts';
import { problemsOf, runClient } from './run-client.ts';
import { SCENARIO } from './scenario/scenario.ts';
import { tables, withTables } from './table.ts';
import type { Target } from './targets.ts';
import { withTarget } from './with-target.ts';

const DOCUMENT = fileURLToPath(new URL('../../../docs/embedded-kms.md', import.meta.url));
const BUILD_MS = 600_000;
const RUN_MS = 600_000;

/** Operations that a client says it offers, and that it made no call of. */
function offeredAndUntried({ introduction, results }: ClientRun): readonly string[] {
  const tried = new Set(results.flatMap(({ step, isOffered }) => (isOffered ? step.action : [])));
  const { operations } = introduction;
  return [...OPERATIONS.keys()].filter(
    (action) => !tried.has(action) && (operations.includes('*') || operations.includes(action)),
  );
}

const builds = new Map<string, Promise<unknown>>();

/** Builds a client's driver, once for all the clients that have the same script. */
async function buildOnce({ build }: Client): Promise<void> {
  const [program, ...args] = build ?? [];
  if (program === undefined) return;
  const building = builds.get(args.join()) ?? promisify(execFile)(program, args);
  builds.set(args.join(), building);
  await building;
}

describe.concurrent('the scenario', () => {
  it('has each operation of the embedded KMS with an answer and with a refusal', () => {
    const withAnswer = SCENARIO.filter((step) => !('refused' in step));
    const withRefusal = SCENARIO.filter((step) => 'refused' in step);
    const all = [...OPERATIONS.keys()].sort();
    for (const steps of [withAnswer, withRefusal]) {
      expect([...new Set(steps.map(({ action }) => action))].sort()).toEqual(all);
    }
  });

  it('has a part for the real service that needs none of the rest', async () => {
    const [client] = CLIENTS.filter(({ title }) => title === 'Node OpenAPI');
    const [variant] = client?.variants ?? [];
    if (client === undefined || variant === undefined) return expect.unreachable();
    const { results } = await withTarget(async ({ service, callers }, folder) => {
      const { account, 'wrong secret': wrongSecret, 'unknown access key': unknown } = callers;
      if (account === undefined || wrongSecret === undefined || unknown === undefined)
        return expect.unreachable();
      const target: Target = {
        service,
        callers: { account, 'wrong secret': wrongSecret, 'unknown access key': unknown },
      };
      return await runClient(client, variant, target, folder);
    });
    expect(problemsOf(results)).toEqual([]);
    expect(results.length).toBeGreaterThan(100);
    expect(results.length).toBeLessThan(SCENARIO.length);
  });
});

const runs = new Map<string, ClientRun>();
const runOf = ({ title }: Client, { signature }: Variant): string => `${title}: ${signature}`;

// The last have the slowest of them and nothing to build: they go on while the others are built.
describe.concurrent.each([...CLIENTS].reverse())('$what', (client) => {
  beforeAll(async () => {
    await buildOnce(client);
  }, BUILD_MS);

  it.each(client.variants)(
    'takes the embedded KMS for KMS: $signature',
    async (variant) => {
      const run = await withTarget((target, folder) => runClient(client, variant, target, folder));
      runs.set(runOf(client, variant), run);
      expect(problemsOf(run.results)).toEqual([]);
      expect(offeredAndUntried(run)).toEqual([]);
    },
    RUN_MS,
  );
});

describe('docs/embedded-kms.md', () => {
  it('shows what came of it, and nothing else (vitest -u writes it, once all is well)', async () => {
    const results = CLIENTS.map((client) => {
      const { title, what, variants } = client;
      const ofClient = variants.flatMap((variant) => runs.get(runOf(client, variant)) ?? []);
      expect(ofClient, `every variant of ${title} ran`).toHaveLength(variants.length);
      expect(ofClient.flatMap((run) => problemsOf(run.results))).toEqual([]);
      const versions = [...new Set(ofClient.map(({ introduction }) => introduction.version))];
      return {
        title,
        what,
        version: versions.join(', '),
        signatures: variants.map(({ signature }) => signature),
        results: ofClient.flatMap((run) => run.results),
      };
    });
    console.log(tables(results));
    const document = readFileSync(DOCUMENT, 'utf8');
    const written = withTables(document, tables(results));
    expect(withTables(withTables(document, 'of another run'), tables(results))).toBe(written);
    await expect(written).toMatchFileSnapshot(DOCUMENT);
  });
});
