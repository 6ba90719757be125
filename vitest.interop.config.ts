import { defineConfig } from 'vitest/config';
import { defines } from './scripts/defines.js';

export default defineConfig({
  define: defines('0.0.0'),
  test: {
    include: ['test/{interop,commands}/**/*.test.ts'],
    exclude: ['**/*.e2e.test.ts', '**/node_modules/**', '**/.cache/**'],
    globalSetup: ['test/support/build-once.ts'],
    setupFiles: ['test/support/scrub-env.ts'],
    deps: { interopDefault: false },
    // Half of the tests wait for other people's programs.
    maxWorkers: '100%',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
