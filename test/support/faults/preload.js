/* Makes one call of the real program that changes the disk go wrong: node --import test/support/faults/preload.js …
   FAULT_CALL is its number, from 0; FAULT_CODE the system's error, or empty to be killed; FAULT_DONE=1 lets the call do
   its work first. FAULT_COUNT names a file that is told how many calls there were. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { FAULT_CALL, FAULT_CODE = '', FAULT_DONE, FAULT_COUNT } = process.env;
const isDone = FAULT_DONE === '1';
const { appendFileSync } = fs;
let calls = 0;

/** @param {string} syscall */
function failNow(syscall) {
  if (FAULT_CODE === '') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(FAULT_CODE), { code: FAULT_CODE, syscall });
}

/** @param {string} syscall */
function isFailing(syscall) {
  const isHere = FAULT_CALL === String(calls);
  calls += 1;
  if (isHere && !isDone) failNow(syscall);
  return isHere;
}

/**
 * @param {any} owner
 * @param {string} name
 * @param {(args: any[]) => boolean} changesDisk
 */
function patch(owner, name, changesDisk = () => true) {
  const original = owner[name];
  /** @this {unknown} @param {any[]} args */
  owner[name] = function patched(...args) {
    if (!changesDisk(args)) return original.apply(this, args);
    if (owner === fs) {
      const isHere = isFailing(name);
      const result = original.apply(this, args);
      if (isHere) failNow(name);
      return result;
    }
    return (async () => {
      const isHere = isFailing(name);
      const result = await original.apply(this, args);
      if (isHere) await Promise.resolve(result?.close?.()).then(() => failNow(name));
      return result;
    })();
  };
}

/** @param {any[]} args */
const creates = ([, flags]) =>
  typeof flags === 'number' ? (flags & fs.constants.O_CREAT) !== 0 : /[wa]/.test(flags ?? 'r');

const handle = await fs.promises.open('/dev/null');
const prototype = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ['write', 'truncate', 'sync']) patch(prototype, name);
for (const name of ['mkdir', 'mkdtemp']) patch(fs.promises, name);
patch(fs.promises, 'open', creates);
patch(fs, 'openSync', creates);
patch(fs, 'writeSync', ([descriptor]) => descriptor > 2);
for (const name of [
  'linkSync',
  'renameSync',
  'unlinkSync',
  'rmdirSync',
  'fsyncSync',
  'truncateSync',
]) {
  patch(fs, name);
}
syncBuiltinESMExports();
process.on('exit', () => {
  if (FAULT_COUNT !== undefined) appendFileSync(FAULT_COUNT, String(calls));
});
