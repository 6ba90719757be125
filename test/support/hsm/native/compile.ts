import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** PKCS#11's header as p11-kit has it, from libp11-kit-dev. */
const HEADERS = '/usr/include/p11-kit-1';

/** Compiles a program of this folder into a folder; gives its path. */
export function compileProgram(name: string, folder: string, ...options: string[]): string {
  return compile(name, join(folder, name), options);
}

/** Compiles a module of this folder into a folder; gives its path. */
export function compileModule(name: string, folder: string): string {
  return compile(name, join(folder, `${name}.so`), ['-shared', '-fPIC']);
}

function compile(name: string, target: string, options: readonly string[]): string {
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const warnings = ['-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter'];
  const all = [...warnings, '-O1', `-I${HEADERS}`, ...options, '-o', target, source, '-ldl'];
  execFileSync('gcc', all, { stdio: ['ignore', 'ignore', 'pipe'] });
  return target;
}
