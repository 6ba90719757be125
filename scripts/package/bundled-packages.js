/* Which packages of others some bundles have, from esbuild's own records of them. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

/** The folder of the package that a file is in, the innermost one. A plugin's file has its namespace before it. */
const PACKAGE = /^(?:.*:)?((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * @typedef {object} BundledPackage
 * @property {string} name
 * @property {string} version
 * @property {string} declared the licence that its package.json names
 * @property {string} folder from the root of the repository
 * @property {readonly string[]} files those that are in a bundle, from the root of the repository
 * @property {readonly string[]} uses the folders of the packages whose files its files import
 */

/**
 * @param {readonly import('esbuild').Metafile[]} metafiles
 * @param {string} root
 * @param {readonly string[]} optional the packages that they may load when they run
 * @returns {readonly BundledPackage[]} by name and version
 * @throws where a bundle would load another package when it runs
 */
export function bundledPackages(metafiles, root, optional) {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  for (const { path, external } of outputs.flatMap(({ imports }) => imports)) {
    if (external && !isBuiltin(path) && !optional.includes(path)) {
      throw new Error(`a bundle would load ${path} as it runs`);
    }
  }
  const files = new Set(outputs.flatMap(({ inputs }) => Object.keys(inputs)));
  const folders = new Set([...files].map(folderOf).filter((folder) => folder !== undefined));
  return [...folders]
    .map((folder) => {
      const own = [...files].filter((file) => folderOf(file) === folder).sort();
      const imports = own.flatMap((file) =>
        metafiles.flatMap(({ inputs }) => inputs[file]?.imports ?? []),
      );
      const uses = new Set(imports.map(({ path }) => folderOf(path)));
      const { name, version, license } = JSON.parse(
        readFileSync(join(root, folder, 'package.json'), 'utf8'),
      );
      return {
        name,
        version,
        declared: license,
        folder,
        files: own,
        uses: [...uses].filter((other) => folders.has(other) && other !== folder),
      };
    })
    .sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

const folderOf = (file) => PACKAGE.exec(file)?.[1];
const compare = (a, b) => Number(a > b) - Number(a < b);
