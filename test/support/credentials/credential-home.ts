import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type {
  CredentialOptions,
  ResolvedCredentials,
} from '../../../src/credentials/credentials.ts';
import { resolveCredentials } from '../../../src/credentials/credentials.ts';
import type { ResolveRule } from '../../../src/network/endpoint.ts';
import { closedPort } from '../network/servers.ts';
import { testAuthorities } from '../kms/clients.ts';

/** What lies in a home folder. */
export interface Home {
  /** ~/.aliyun/config.json */
  readonly config?: object | string | Buffer;
  /** ~/.alibabacloud/credentials */
  readonly ini?: string | Buffer;
  /** The mode of both files; 0600 if nothing else is said. */
  readonly mode?: number;
}

/** Makes a home folder for one test. */
export function homeWith({ config, ini, mode = 0o600 }: Home): string {
  const home = mkdtempSync(join(tmpdir(), 'kmsx-'));
  onTestFinished(() => {
    rmSync(home, { recursive: true });
  });
  fillHome(home, {
    ...(config !== undefined && { config }),
    ...(ini !== undefined && { ini }),
    mode,
  });
  return home;
}

/** Writes the files of a home folder. */
export function fillHome(home: string, { config, ini, mode = 0o600 }: Home): void {
  if (config !== undefined) {
    mkdirSync(join(home, '.aliyun'), { recursive: true });
    const text =
      typeof config === 'string' || Buffer.isBuffer(config) ? config : JSON.stringify(config);
    writeWithMode(join(home, '.aliyun', 'config.json'), text, mode);
  }
  if (ini !== undefined) {
    mkdirSync(join(home, '.alibabacloud'), { recursive: true });
    writeWithMode(join(home, '.alibabacloud', 'credentials'), ini, mode);
  }
}

/** Writes a file with a mode, whatever the umask of the tests. */
export function writeWithMode(path: string, text: string | Buffer, mode: number): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** A home folder's files with these profiles, the first of them the current one. */
export function profiles(...list: readonly object[]): { config: object } {
  const named = list.map((profile, index) => ({
    name: index === 0 ? 'main' : 'other',
    ...profile,
  }));
  return { config: { current: named[0]?.name, profiles: named } };
}

/** Sends what would go to the metadata of an instance to a port of this machine. */
export function metadataAt(addressPort: number): ResolveRule {
  return { host: '100.100.100.200', port: 80, address: '127.0.0.1', addressPort };
}

/** Sends what would go to STS to a port of this machine. */
export function stsAt(addressPort: number, host = 'sts.aliyuncs.com'): ResolveRule {
  return { host, port: 443, address: '127.0.0.1', addressPort };
}

/**
 * As `resolveCredentials`, with the test authority, on a machine that is no instance unless `resolve` says so;
 * they end with the test.
 */
export async function resolveIn(
  files: Home | string,
  options: Partial<CredentialOptions> = {},
): Promise<ResolvedCredentials> {
  const credentials = await resolveCredentials({
    env: {},
    now: () => new Date(),
    userId: process.geteuid?.(),
    killGroup: (groupId) => void process.kill(-groupId, 'SIGKILL'),
    home: typeof files === 'string' ? files : homeWith(files),
    authorities: await testAuthorities(),
    ...options,
    resolve: [metadataAt(await closedPort()), ...(options.resolve ?? [])],
  });
  onTestFinished(() => credentials.close());
  return credentials;
}

/** The access key id, secret and token that credentials come to. */
export async function keysOf(credentials: ResolvedCredentials): Promise<object> {
  const { accessKeyId, accessKeySecret, securityToken } =
    await credentials.credential.getCredential();
  return { accessKeyId, accessKeySecret, securityToken };
}
