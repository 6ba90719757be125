/* What runs first: it answers what needs nothing of the program, refuses what would replace it, and loads the rest chunk
   by chunk. The build makes one small CommonJS file of this room, as whose module it runs. */
import { MODULE_HOST, RECORD } from '../base/own-programs.ts';
import { codeCache, readCodeCache } from './code-cache.ts';
import { createLoader } from './loader.ts';
import { readPack } from './pack.ts';
import { forgetHomePackages } from './packages.ts';
import { recordCode } from './record.ts';
import { refusalOfCompileCache, refusalOfFile, refusalOfOwnWord, textOf } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import { printsVersion } from './version.ts';

const argv = process.argv.slice(2);
const refusal = refusalOfCompileCache(process.env);
if (!printsVersion(argv)) {
  if (refusal === undefined) guarded(start);
  else refuse(refusal);
}

function start(): void {
  const pack = readPack();
  const cache = codeCache(process);
  const loadOf = createLoader(pack, require);
  if (argv[0] === RECORD) {
    if (!recordCode(process, { pack, cache, loadOf, guarded })) refuse(refusalOfOwnWord(RECORD));
  } else if (argv[0] === MODULE_HOST) {
    forgetHomePackages(process.env);
    loadOf({}).load('hsm-host.js');
  } else loadOf(readCodeCache(cache, argv)).load('main.js');
}

function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    const known = refusalOfFile(error);
    if (known === undefined) throw error;
    refuse(known);
  }
}

function refuse(known: Refusal): void {
  process.exitCode = known.exitCode;
  process.stderr.write(textOf(known, argv));
}
