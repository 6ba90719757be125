import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Server } from './kmsx.ts';
import { announced, startKmsx, stopServer } from './kmsx.ts';

/** A folder and the servers that all tests of a file have in common. */
export interface KmsStage {
  readonly folder: string;
  /** Starts one more server, which stops with the stage. */
  readonly start: (args?: readonly string[]) => Promise<Server>;
}

/** Sets a stage for all tests of a file, and takes it down after the last. */
export function useKmsStage(): () => KmsStage {
  const children: ChildProcessWithoutNullStreams[] = [];
  let folder = '';
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
  });
  afterAll(async () => {
    for (const child of children) await stopServer(child);
    rmSync(folder, { recursive: true, force: true });
  });
  return () => ({
    folder,
    start: (args = []) => {
      const child = startKmsx(['local-kms', ...args], { cwd: folder });
      children.push(child);
      return announced(child);
    },
  });
}
