import { execFileSync } from 'node:child_process';

/** Builds dist/ once before the tests, so that they run the program as it is now. */
export default function buildOnce(): void {
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' });
}
