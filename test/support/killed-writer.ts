/* Replaces FILE by the text "new", and is killed before the n-th step that names files, counted after the preparation
   (0: before there is anything):
   node scripts/run-ts.js test/support/killed-writer.ts FILE N refuse|move-aside */
import { prepareDurableFile } from '../../src/base/files/durable-file.ts';
import type { FileSteps } from '../../src/base/files/file-steps.ts';
import { FILE_STEPS } from '../../src/base/files/file-steps.ts';
import { systemIo } from '../../src/terminal/system-io.ts';

const [path = '', killedAt = '', existing = ''] = process.argv.slice(2);
let step = 0;
let isPrepared = false;

function dieHere(): void {
  if (step === Number(killedAt)) process.kill(process.pid, 'SIGKILL');
  step += 1;
}

function dying<Args extends unknown[]>(call: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    if (isPrepared) dieHere();
    call(...args);
  };
}

const fileSteps: FileSteps = {
  ...FILE_STEPS,
  link: dying(FILE_STEPS.link),
  rename: dying(FILE_STEPS.rename),
  unlink: dying(FILE_STEPS.unlink),
  sync: dying(FILE_STEPS.sync),
};
const io = systemIo(
  process,
  [],
  new AbortController().signal,
  () => new Promise(() => undefined),
  () => () => undefined,
);
const file = await prepareDurableFile(
  path,
  { label: path, mode: 0o600, existing: existing === 'refuse' ? 'refuse' : 'move-aside' },
  { ...io, fileSteps },
);
isPrepared = true;
dieHere();
await file.commit(Buffer.from('new'));
