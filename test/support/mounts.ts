import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach } from 'vitest';

const FAT_BYTES = 8 * 1024 * 1024;

/** Mounts real file systems for one test, and takes them away when it ends. It needs root, as CI is. */
export interface Mounts {
  /** A FAT file system: the kernel's, or where it has none the one of the package fusefat. */
  fat(image: string, folder: string): void;
  /** A file system in memory, of a size such as `64k`. */
  memory(folder: string, size: string): void;
  readOnly(folder: string): void;
  /** An existing file on another one, as `docker -v FILE:FILE` does. */
  file(source: string, target: string): void;
}

/** Must be called after `useTempFolder`: what is mounted goes before the folder does. */
export function useMounts(): Mounts {
  const mounted: string[] = [];
  afterEach(() => {
    for (const folder of mounted.splice(0).reverse()) run('umount', folder);
  });
  const mount = (folder: string, ...args: readonly string[]): void => {
    run('mount', ...args, folder);
    mounted.push(folder);
  };
  return {
    fat: (image, folder) => {
      mkdirSync(folder);
      writeFileSync(image, Buffer.alloc(FAT_BYTES));
      run('mkfs.vfat', image);
      try {
        mount(folder, '-t', 'vfat', '-o', 'loop', image);
      } catch {
        run('fusefat', '-o', 'rw+', image, folder); // a kernel without vfat, as of a small container
        mounted.push(folder);
      }
    },
    memory: (folder, size) => {
      mkdirSync(folder);
      mount(folder, '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs');
    },
    file: (source, target) => {
      mount(target, '--bind', source);
    },
    readOnly: (folder) => {
      run('mount', '-o', 'remount,ro', folder);
    },
  };
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
