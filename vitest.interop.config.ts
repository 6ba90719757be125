import { defineConfig } from 'vitest/config';
import { defines } from './scripts/defines.js';
import { LongestFirst } from './test/support/setup/longest-first.ts';

export default defineConfig({
  define: defines('0.0.0'),
  test: {
    // What a process of its own has, argv, streams and an exit code, is the same for every command: of test/commands the
    // lives of keys and what concerns the whole program are run on the real one too.
    include: ['test/interop/**/*.test.ts', 'test/commands/{life,whole}/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.cache/**'],
    globalSetup: ['test/support/setup/build-once.ts'],
    // Of RSA pairs and moduli only those that the tests themselves make or read: kmsx is a process of its own.
    setupFiles: [
      'test/support/setup/scrub-env.ts',
      'test/support/setup/few-rsa-pairs.ts',
      'test/support/setup/each-modulus-once.ts',
    ],
    deps: { interopDefault: false },
    // Half of the tests wait for other people's programs.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
