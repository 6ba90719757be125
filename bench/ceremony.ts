import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KmsxProcess } from './kmsx-process.ts';

/** What the commands that are timed work on: an embedded KMS that runs, a wrapping key pair, one export. */
export interface Ceremony {
  /** With the credentials of the embedded KMS. */
  readonly processes: KmsxProcess;
  readonly privateKeyFile: string;
  readonly exportFile: string;
  /** How KMS is reached, the KMS key and the public key, as options of export-key. */
  readonly exportOptions: readonly string[];
  /** The arguments of an export-key whose backup and export document are new files. */
  readonly exportArguments: () => string[];
  /** The commands whose start is measured; each call gives arguments that work. */
  readonly commands: () => Readonly<Record<string, () => readonly string[]>>;
  /** The processors' time that the embedded KMS has used, in milliseconds; NaN where the system does not tell it. */
  kmsCpuMs(): number;
  close(): Promise<void>;
}

interface Announcement {
  readonly Endpoint: string;
  readonly Region: string;
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
  readonly Keys: readonly { readonly KeyId: string }[];
}

/**
 * Starts `kmsx local-kms` in a process of its own, makes an RSA-2048 key pair and exports a data key under it.
 *
 * @param root - the folder of the repository
 * @param folder - takes every file
 */
export async function startCeremony(root: string, folder: string): Promise<Ceremony> {
  const { child, line } = await new KmsxProcess(root, folder).start('local-kms');
  const close = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'close');
  };
  try {
    const { Endpoint, Region, AccessKeyId, AccessKeySecret, Keys } = JSON.parse(
      line,
    ) as Announcement;
    const processes = new KmsxProcess(root, folder, {
      ALIBABA_CLOUD_ACCESS_KEY_ID: AccessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: AccessKeySecret,
      ALIBABA_CLOUD_REGION_ID: Region,
    });
    const { privateKeyFile, publicKeyFile } = makeKeyPair(folder);
    const exportOptions = [
      ...['--endpoint', Endpoint, '--key-id', Keys[0]?.KeyId ?? '', '--pubkey', publicKeyFile],
    ];
    let exports = 0;
    const exportArguments = (): string[] => {
      exports += 1;
      const [backup, out] = [`backup-${exports}.json`, `export-${exports}.json`];
      return ['export-key', ...exportOptions, '--backup', backup, '--out', out];
    };
    processes.kmsx(...exportArguments());
    const exportFile = join(folder, 'export-1.json');
    const opened = ['--privkey', privateKeyFile, '--in', exportFile];
    const commands = (): Readonly<Record<string, () => readonly string[]>> => ({
      '--version': () => ['--version'],
      '--help': () => ['--help'],
      'unwrap-key': () => ['unwrap-key', ...opened, '--check-value-only'],
      'list-keys': () => ['list-keys', '--endpoint', Endpoint],
      'export-key': exportArguments,
      'local-kms': () => ['local-kms', '--', 'true'],
    });
    return {
      ...{ processes, privateKeyFile, exportFile, exportOptions, exportArguments },
      ...{ commands, close, kmsCpuMs: () => cpuMsOf(child.pid) },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Linux tells it in hundredths of a second (proc(5)). */
function cpuMsOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return NaN;
  }
}

function makeKeyPair(folder: string): { privateKeyFile: string; publicKeyFile: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const privateKeyFile = join(folder, 'private.pem');
  const publicKeyFile = join(folder, 'public.pem');
  writeFileSync(privateKeyFile, privateKey, { mode: 0o600 });
  writeFileSync(publicKeyFile, publicKey);
  return { privateKeyFile, publicKeyFile };
}
