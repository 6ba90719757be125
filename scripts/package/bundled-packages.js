/* Which packages of others a bundle has, from esbuild's own record of it. */
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
 * @property {readonly string[]} files those that are in the bundle, from the root of the repository
 * @property {readonly string[]} uses the folders of the packages whose files its files import
 */

/**
 * @param {import('esbuild').Metafile} metafile
 * @param {string} root
 * @param {readonly string[]} optional the packages that it may load when it runs
 * @returns {readonly BundledPackage[]} by name and version
 * @throws where the bundle would load another package when it runs
 */
export function bundledPackages(metafile, root, optional) {
  const outputs = Object.values(metafile.outputs);
  for (const { path, external } of outputs.flatMap(({ imports }) => imports)) {
    if (external && !isBuiltin(path) && !optional.includes(path)) {
      throw new Error(`the bundle would load ${path} as it runs`);
    }
  }
  const files = new Set(outputs.flatMap(({ inputs }) => Object.keys(inputs)));
  const folders = new Set([...files].map(folderOf).filter((folder) => folder !== undefined));
  return [...folders]
    .map((folder) => {
      const own = [...files].filter((file) => folderOf(file) === folder).sort();
      const imports = own.flatMap((file) => metafile.inputs[file]?.imports ?? []);
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
