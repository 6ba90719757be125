/* What the bundler puts in place of names: for the build, the tests and the programs of this repository alike. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The completion script of each shell, in `completions/`. */
export const COMPLETION_FILES = { bash: 'kmsx.bash', zsh: '_kmsx', fish: 'kmsx.fish' };

/**
 * @param {string} [version] that of package.json by default
 * @returns {Record<string, string>}
 */
export function defines(version = JSON.parse(read('package.json')).version) {
  const scripts = Object.entries(COMPLETION_FILES).map(([shell, name]) => [
    shell,
    read(`completions/${name}`),
  ]);
  return {
    KMSX_VERSION: JSON.stringify(version),
    // A string stands where it is used; an object would be a module of its own, which every start loads.
    KMSX_COMPLETIONS: JSON.stringify(JSON.stringify(Object.fromEntries(scripts))),
  };
}

/** Empty where the file is still to be generated. @param {string} path */
function read(path) {
  return existsSync(`${root}/${path}`) ? readFileSync(`${root}/${path}`, 'utf8') : '';
}
