/* Measures how long things take, prints it as Markdown and keeps it in docs/performance.md: npm run bench. Ratios, since a
   machine's own speed says little. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { batchTable } from './batch.ts';
import { startCeremony } from './ceremony.ts';
import { drillTable } from './drill.ts';
import { growthTable } from './growth/growth.ts';
import { localKmsLongTable } from './local-kms/long-run.ts';
import { localKmsStateTable } from './local-kms/many-keys.ts';
import { localKmsTable } from './local-kms/load.ts';
import { startUpTable } from './start-up.ts';
import { storeTable } from './stores.ts';
import { taskTable } from './tasks.ts';
import { unwrapTable } from './unwraps.ts';

const PAGE = 'docs/performance.md';
const MARK = '<!-- what npm run bench printed -->\n';

const root = process.cwd();
execFileSync(process.execPath, ['scripts/build.js'], { cwd: root, stdio: 'inherit' });
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-bench-')));
try {
  const tables: string[] = [];
  const ceremony = await startCeremony(root, folder);
  try {
    tables.push(startUpTable(ceremony), taskTable(ceremony), batchTable(ceremony, folder));
    tables.push(drillTable(ceremony, folder));
    tables.push(await storeTable(ceremony, folder));
    tables.push(await growthTable(ceremony, folder));
  } finally {
    await ceremony.close();
  }
  tables.push(unwrapTable(folder));
  tables.push(await localKmsTable(root, folder), await localKmsStateTable(root, folder));
  tables.push(await localKmsLongTable(root, folder));
  const processor = cpus()[0]?.model.trim() ?? 'an unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  const machine = `Node.js ${process.version}, ${process.platform}, ${cpus().length} × ${processor}, ${memory} GiB`;
  const figures = [`${machine}\n`, ...tables.filter((table) => table !== '')].join('\n');
  console.log(figures);
  const [text = ''] = readFileSync(PAGE, 'utf8').split(MARK);
  writeFileSync(PAGE, `${text}${MARK}\n${figures}`);
  execFileSync(join(root, 'node_modules', '.bin', 'prettier'), ['--write', PAGE], {
    stdio: 'ignore',
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
