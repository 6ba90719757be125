import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../support/kmsx.ts';
import type { Target, TlsAnnouncement } from './targets.ts';
import { embeddedKms, SEED } from './targets.ts';

/**
 * Starts the embedded KMS as a process of its own, with TLS, the callers of the scenario and an empty folder, and ends
 * all of it after its use: what runs at the same time has a server of its own each.
 */
export async function withTarget<T>(
  use: (target: Target, folder: string) => Promise<T>,
): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-client-')));
  try {
    const seed = join(folder, 'seed.json');
    writeFileSync(seed, JSON.stringify(SEED));
    const { server, stop } = await startServer(['--tls', '--seed', seed], { cwd: folder });
    try {
      return await use(embeddedKms(server.announcement as unknown as TlsAnnouncement), folder);
    } finally {
      await stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
