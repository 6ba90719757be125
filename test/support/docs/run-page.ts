import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnv, finish, KMSX } from '../kmsx.ts';
import type { Network } from '../network/namespace.ts';
import type { RunResult } from '../run-result.ts';
import type { Block } from './blocks.ts';
import { pageScript } from './page-script.ts';
import type { RunPage } from './pages.ts';

const ROOT = dirname(dirname(KMSX));
const TEST_KEYS = fileURLToPath(new URL('../../keys', import.meta.url));
/** What is installed of kmsx where somebody's own project needs it. */
const PACKAGE = ['package.json', 'bin', 'dist'];
/** What a page finds in the folder where it is typed, which is like a clone. */
const CLONE = ['bin', 'examples', 'schemas', 'node_modules'];

/**
 * Types a page into one shell, in a folder like a clone, in a network of the tests' own and with processes of its own,
 * which end with it.
 *
 * @param folder - empty, for this page alone
 */
export async function runPage(
  page: RunPage,
  blocks: readonly Block[],
  { network, folder, env }: { network: Network; folder: string; env: Record<string, string> },
): Promise<RunResult> {
  const at = (name: string): string => join(folder, name);
  for (const name of ['clone', 'programs', 'scripts', 'tmp']) mkdirSync(at(name));
  for (const name of CLONE) symlinkSync(join(ROOT, name), at(`clone/${name}`));
  // Copies: a test runner treats what a link leads to as code of the project.
  for (const name of PACKAGE) {
    cpSync(join(ROOT, name), at(`node_modules/kmsx/${name}`), { recursive: true });
  }
  const kmsx = page.isWithoutKmsx === true ? {} : { kmsx: 'exec "$KMSX" "$@"' };
  for (const [name, script] of Object.entries({ ...kmsx, ...page.standIns })) {
    writeFileSync(at(`programs/${name}`), `#!/bin/bash\nset -euo pipefail\n${script}\n`);
    chmodSync(at(`programs/${name}`), 0o755);
  }
  const { script, files } = pageScript(blocks, {
    shell: page.shell === 'bash' ? ['bash', '-euo', 'pipefail'] : ['sh', '-eu'],
    isEachInOwnShell: page.isEachInOwnShell ?? false,
    folder: at('scripts'),
    before: page.before ?? {},
  });
  for (const [name, text] of files) writeFileSync(at(`scripts/${name}`), text);
  writeFileSync(at('scripts/page'), script);
  const shell = page.shell === 'bash' ? ['bash', '-eu'] : ['sh', '-eu'];
  const child = network.start(
    'unshare',
    ['--pid', '--fork', '--kill-child', '--mount-proc', ...shell, at('scripts/page')],
    {
      cwd: at('clone'),
      env: {
        ...env,
        ...page.env,
        KMSX,
        TEST_KEYS,
        TMPDIR: at('tmp'),
        PATH: `${at('programs')}:${cleanEnv(folder)['PATH'] ?? ''}`,
      },
    },
  );
  child.stdin.end();
  return await finish(child);
}
