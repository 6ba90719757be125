import { execFileSync } from 'node:child_process';

/** The path of a library of Debian, such as /usr/lib/x86_64-linux-gnu/NAME. */
export function debianLibrary(name: string): string {
  const architecture = execFileSync('gcc', ['-print-multiarch'], { encoding: 'utf8' }).trim();
  return `/usr/lib/${architecture}/${name}`;
}
