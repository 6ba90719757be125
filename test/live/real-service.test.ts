/*
 * The scenario of test/interop/clients against the real service. Never in CI. It makes keys, which cost money, touches no
 * others, and schedules their deletion at the end.
 *
 *   KMSX_LIVE=1 KMSX_LIVE_REGION=cn-hangzhou npm run test:live
 *
 * The account's credentials are those of the environment (ALIBABA_CLOUD_ACCESS_KEY_ID, _ACCESS_KEY_SECRET and, for a
 * role, _SECURITY_TOKEN). KMSX_LIVE_CLIENTS names the clients to run, by the headings of the table and separated by
 * commas; without it there is one.
 */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTempFolder } from '../support/temp-folder.ts';
import { CLIENTS } from '../interop/clients/clients.ts';
import type { Reply, Request } from '../interop/clients/protocol.ts';
import { problemsOf, runClient } from '../interop/clients/run-client.ts';
import { at } from '../interop/clients/scenario/step.ts';
import { callDirectly } from '../interop/clients/stand-in.ts';
import type { Target } from '../interop/clients/targets.ts';
import { configurationOf, realKms } from '../interop/clients/targets.ts';

const BUILD_MS = 600_000;
const RUN_MS = 600_000;
const PENDING_DAYS = 7;

const folder = useTempFolder();
const target = readTarget();
const chosen = (process.env['KMSX_LIVE_CLIENTS'] ?? 'Node OpenAPI').split(',');
const clients = CLIENTS.filter(({ title }) => chosen.includes(title));

it('knows the clients that KMSX_LIVE_CLIENTS names', () => {
  expect(clients.map(({ title }) => title).sort()).toEqual([...chosen].sort());
});

describe.each(clients)('$what', (client) => {
  const [variant] = client.variants;
  if (variant === undefined) throw new Error('a client without a variant');

  beforeAll(() => {
    const [program, ...args] = client.build ?? [];
    if (program !== undefined) execFileSync(program, args, { stdio: ['ignore', 2, 2] });
  }, BUILD_MS);

  it(
    'finds KMS as the embedded KMS is',
    async () => {
      const made: string[] = [];
      const remember = ({ action }: Request, reply: Reply): void => {
        if (action !== 'CreateKey' || !('ok' in reply) || !reply.ok) return;
        const keyId = at(reply.body, 'KeyMetadata.KeyId');
        if (typeof keyId === 'string') made.push(keyId);
      };
      let problems: readonly string[];
      try {
        const run = await runClient(client, variant, target, folder(), remember);
        problems = problemsOf(run.results);
      } finally {
        expect(await scheduleDeletion(made), 'keys that stay: delete them by hand').toEqual([]);
      }
      expect(problems).toEqual([]);
    },
    RUN_MS,
  );
});

/** Schedules the deletion of keys, and gives back those of which it failed. */
async function scheduleDeletion(keyIds: readonly string[]): Promise<readonly string[]> {
  const configuration = configurationOf(target, 'account');
  const staying: string[] = [];
  for (const KeyId of keyIds) {
    const parameters = { KeyId, PendingWindowInDays: PENDING_DAYS };
    const request = { action: 'ScheduleKeyDeletion', parameters };
    const isScheduled = await callDirectly(configuration, request).then(
      (reply) => 'ok' in reply && (reply.ok || reply.code === 'Rejected.PendingDeletion'),
      () => false,
    );
    if (!isScheduled) staying.push(KeyId);
  }
  return staying;
}

function readTarget(): Target {
  const environment = (name: string): string => {
    const value = process.env[name] ?? '';
    if (value === '') throw new Error(`${name} is needed`);
    return value;
  };
  if (process.env['CI'] !== undefined) throw new Error('never in CI: this uses a real account');
  if (environment('KMSX_LIVE') !== '1') throw new Error('KMSX_LIVE=1 is needed');
  const securityToken = process.env['ALIBABA_CLOUD_SECURITY_TOKEN'] ?? '';
  return realKms(environment('KMSX_LIVE_REGION'), {
    accessKeyId: environment('ALIBABA_CLOUD_ACCESS_KEY_ID'),
    accessKeySecret: environment('ALIBABA_CLOUD_ACCESS_KEY_SECRET'),
    ...(securityToken === '' ? {} : { securityToken }),
  });
}
