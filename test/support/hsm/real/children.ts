import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The processes that a process has started. Linux: it reads /proc. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => parentOf(other) === pid);
}

/** Waits until a process is gone. */
export async function gone(pid: number): Promise<void> {
  for (let tries = 0; isRunning(pid); tries += 1) {
    if (tries === 1_000) throw new Error(`the process ${pid} does not end`);
    await delay(20);
  }
}

/** What ended and was not waited for by its parent yet runs no more. */
function isRunning(pid: number): boolean {
  const state = statusOf(pid)?.match(/^State:\s(\w)/m)?.[1];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function parentOf(pid: number): number | undefined {
  const parent = statusOf(pid)?.match(/^PPid:\s(\d+)/m)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

function statusOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
}
