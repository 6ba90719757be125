import { defineConfig } from 'vitest/config';

/* The real service: never part of another run. test/live says what it needs, and refuses to run in CI. */
export default defineConfig({
  test: { include: ['test/live/**/*.test.ts'], deps: { interopDefault: false } },
});
