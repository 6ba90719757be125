import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Writes a file whole, to stable storage, with just this mode; what was there stays until then. */
export function putWhole(path, contents, mode) {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  writeFileSync(temporary, contents, { flush: true });
  chmodSync(temporary, mode);
  renameSync(temporary, path);
}
