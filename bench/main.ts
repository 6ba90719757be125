/* Prints how long things take, as Markdown: npm run bench. Ratios, since a machine's own speed says little. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCeremony } from './ceremony.ts';
import { localKmsStartTable, localKmsTable } from './local-kms.ts';
import { startUpTable } from './start-up.ts';
import { unwrapTable } from './unwraps.ts';

const root = process.cwd();
execFileSync(process.execPath, ['scripts/build.js'], { cwd: root, stdio: 'inherit' });
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-bench-')));
try {
  const processor = cpus()[0]?.model.trim() ?? 'an unknown processor';
  console.log(`Node ${process.version}, ${process.platform}, ${cpus().length} × ${processor}\n`);
  const ceremony = await startCeremony(root, folder);
  try {
    console.log(startUpTable(ceremony));
  } finally {
    await ceremony.close();
  }
  console.log(unwrapTable(folder));
  console.log(await localKmsTable(root, folder));
  console.log(await localKmsStartTable(root, folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
