import { defineConfig } from 'vitest/config';
import { defines } from './scripts/defines.js';

export default defineConfig({
  define: defines('0.0.0'),
  test: {
    // As Node.js and the bundle read CommonJS: the default import is module.exports.
    setupFiles: ['test/support/scrub-env.ts'],
    deps: { interopDefault: false },
    // Half of the tests wait for processes of their own: one worker a core, none left idle.
    maxWorkers: '100%',
    // Against hanging alone: nothing that is tested depends on how fast this machine is.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'in process',
          isolate: false,
          include: ['test/{unit,program,commands}/**/*.test.ts'],
          exclude: ['**/*.e2e.test.ts'],
          setupFiles: ['test/support/few-rsa-pairs.ts', 'test/support/each-modulus-once.ts'],
          // The interop tests run those of test/commands on the real program.
          provide: { kmsxRunsHere: true },
        },
      },
      {
        extends: true,
        test: {
          name: 'real processes',
          include: ['test/e2e/**/*.test.ts', 'test/commands/**/*.e2e.test.ts'],
          globalSetup: ['test/support/build-once.ts'],
        },
      },
    ],
  },
});
