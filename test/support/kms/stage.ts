import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Server } from '../kmsx.ts';
import { startServer } from '../kmsx.ts';

/** A folder and the servers that all tests of a file have in common. */
export interface KmsStage {
  readonly folder: string;
  /** Starts one more server, which stops with the stage. */
  readonly start: (args?: readonly string[]) => Promise<Server>;
}

/** Sets a stage for all tests of a file, and takes it down after the last. */
export function useKmsStage(): () => KmsStage {
  const stops: (() => Promise<void>)[] = [];
  let folder = '';
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => ({
    folder,
    start: async (args = []) => {
      const { server, stop } = await startServer(args, { cwd: folder });
      stops.push(stop);
      return server;
    },
  });
}
