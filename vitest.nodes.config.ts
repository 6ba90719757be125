import { defineConfig } from 'vitest/config';
import { defines } from './scripts/defines.js';

/* What each newer Node.js runs: a data key's life by the real program (test/interop/newer-nodes.test.ts). */
export default defineConfig({
  define: defines('0.0.0'),
  test: {
    include: [
      'test/e2e/{one-key-life,ceremony,exit-codes,retries,interrupted,deprecations,module-process,credentials,sm-keys}.test.ts',
      'test/interop/hsm/life.test.ts',
      'test/interop/sm2.test.ts',
    ],
    globalSetup: ['test/support/build-once.ts'],
    setupFiles: ['test/support/scrub-env.ts'],
    deps: { interopDefault: false },
    maxWorkers: '100%',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
