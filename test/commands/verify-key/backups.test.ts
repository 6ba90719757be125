import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import type { AgainstOptions } from '../../../src/commands/data-keys/verify-key/backups.ts';
import { readAgainst } from '../../../src/commands/data-keys/verify-key/backups.ts';
import { makeConnections } from '../../../src/commands/shared/connection/connections.ts';
import { createReporter } from '../../../src/terminal/reporter.ts';
import type { Session } from '../../../src/terminal/session.ts';
import type { KmsClient } from '../../../src/kms/types.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { testIo } from '../../support/test-io.ts';
import { BACKUP } from '../../support/documents.ts';

const folder = useTempFolder();
const { Rehearsal: _, ...REAL } = BACKUP;
const KEY = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5t', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' };

function sessionWith(env: Readonly<Record<string, string>> = {}): Session {
  const io = testIo({ cwd: folder(), env: { ...KEY, HOME: folder(), ...env } });
  const reporting = { quiet: false, verbose: false, color: 'never', errorFormat: 'text' } as const;
  const options = {
    ...reporting,
    json: false,
    force: false,
    forceTerminal: false,
    input: true,
  } as const;
  return { io, options, reporter: createReporter(io, options) };
}

function optionsOf(against: readonly string[], more: Partial<AgainstOptions> = {}): AgainstOptions {
  const attempts = { timeout: '10', maxAttempts: '1', deadline: '60' };
  return { against, context: [], resolve: [], ...attempts, ...more };
}

/** A backup of each region, in a file of its name. */
function writeBackups(...regions: string[]): string[] {
  return regions.map((region) => {
    writeFileSync(join(folder(), region), JSON.stringify({ ...REAL, Region: region }));
    return region;
  });
}

/** Where each backup would be asked for; nothing is sent. */
async function endpointsOf(
  options: AgainstOptions,
  session = sessionWith(),
): Promise<{ endpoints: string[]; clients: readonly KmsClient[] }> {
  const connections = makeConnections(session);
  onTestFinished(() => connections.close());
  const endpoints: string[] = [];
  const clients = new Set<KmsClient>();
  for (const { plan } of await readAgainst(options, session)) {
    const kms = await connections.kmsOf(plan);
    endpoints.push(kms.endpoint);
    clients.add(kms);
  }
  return { endpoints, clients: [...clients] };
}

describe('backups of several regions', () => {
  it('are asked for in the region of each, over one connection a region', async () => {
    const files = writeBackups('cn-hangzhou', 'eu-central-1');
    const elsewhere = sessionWith({ ALIBABA_CLOUD_REGION_ID: 'cn-beijing' });
    const { endpoints, clients } = await endpointsOf(
      optionsOf([...files, 'cn-hangzhou']),
      elsewhere,
    );
    expect(endpoints).toEqual([
      'https://kms.cn-hangzhou.aliyuncs.com',
      'https://kms.eu-central-1.aliyuncs.com',
      'https://kms.cn-hangzhou.aliyuncs.com',
    ]);
    expect(clients.map(({ region }) => region)).toEqual(files);
  });

  it('stay apart on the VPC gateway, and beside a bare blob of the region that is given elsewhere', async () => {
    const files = writeBackups('cn-hangzhou', 'eu-central-1');
    writeFileSync(join(folder(), 'blob'), REAL['CiphertextBlob'] as string);
    const session = sessionWith({ ALIBABA_CLOUD_REGION_ID: 'cn-beijing' });
    const options = optionsOf([...files, 'blob'], { gateway: 'vpc' });
    expect((await endpointsOf(options, session)).endpoints).toEqual([
      'https://kms-vpc.cn-hangzhou.aliyuncs.com',
      'https://kms-vpc.eu-central-1.aliyuncs.com',
      'https://kms-vpc.cn-beijing.aliyuncs.com',
    ]);
  });

  it('are asked for at one address where it is given, and keep their regions', async () => {
    const files = writeBackups('cn-hangzhou', 'eu-central-1');
    for (const address of [{ endpoint: 'kms.example' }, { gateway: 'kst-a' }]) {
      const { endpoints, clients } = await endpointsOf(optionsOf(files, address));
      expect(new Set(endpoints).size).toBe(1);
      expect(clients.map(({ region }) => region)).toEqual(files);
    }
  });

  it('are all asked for in the region that is given', async () => {
    const options = optionsOf(writeBackups('cn-hangzhou', 'eu-central-1'), {
      region: 'cn-beijing',
    });
    const { endpoints, clients } = await endpointsOf(options);
    expect(new Set(endpoints)).toEqual(new Set(['https://kms.cn-beijing.aliyuncs.com']));
    expect(clients).toHaveLength(1);
  });

  it.each([
    ['a bare blob without any region', 'blob', 'region-missing'],
    ['a region that cannot be one', 'crafted', 'region-malformed'],
    ["a rehearsal's", 'rehearsal', 'rehearsal-mixed'],
  ])('are all refused before KMS is asked where one is %s', async (_, file, code) => {
    writeFileSync(join(folder(), 'blob'), REAL['CiphertextBlob'] as string);
    writeFileSync(join(folder(), 'crafted'), JSON.stringify({ ...REAL, Region: 'evil.example/#' }));
    const rehearsal = { ...REAL, Region: 'cn-hangzhou', Rehearsal: true };
    writeFileSync(join(folder(), 'rehearsal'), JSON.stringify(rehearsal));
    const options = optionsOf([...writeBackups('cn-hangzhou'), file]);
    const error: unknown = await readAgainst(options, sessionWith()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(KmsxError);
    expect(error).toMatchObject({ code, kind: 'usage' });
  });
});
