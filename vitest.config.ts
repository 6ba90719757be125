import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { defines } from './scripts/defines.js';

export default defineConfig({
  define: defines('0.0.0'),
  test: {
    // As Node.js and the bundle read CommonJS: the default import is module.exports.
    setupFiles: ['test/support/setup/scrub-env.ts'],
    deps: { interopDefault: false },
    // No test changes what its process has: they share it, and the modules that are loaded once.
    isolate: false,
    // A third of their time tests wait: for disks, for time-outs, for processes of their own. So no core is left idle.
    maxWorkers: availableParallelism() + 1,
    // Against hanging alone: nothing that is tested depends on how fast this machine is.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'in process',
          include: ['test/{unit,program,commands}/**/*.test.ts'],
          exclude: ['**/*.e2e.test.ts'],
          setupFiles: [
            'test/support/setup/few-rsa-pairs.ts',
            'test/support/setup/each-modulus-once.ts',
            'test/support/setup/seed-schema-once.ts',
          ],
          // The interop tests run those of test/commands/life and test/commands/whole on the real program.
          provide: { kmsxRunsHere: true },
        },
      },
      {
        extends: true,
        test: {
          name: 'real processes',
          include: ['test/e2e/**/*.test.ts', 'test/commands/**/*.e2e.test.ts'],
          globalSetup: ['test/support/setup/build-once.ts'],
        },
      },
    ],
  },
});
