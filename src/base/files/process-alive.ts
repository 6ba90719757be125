import { systemErrorCode } from '../error.ts';

/**
 * Whether a process runs, under this user or another.
 *
 * @param host - Node's `process`
 */
export function isProcessAlive(host: Pick<NodeJS.Process, 'kill'>, pid: number): boolean {
  try {
    host.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) !== 'ESRCH';
  }
}
