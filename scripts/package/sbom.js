/* The bill of materials of the bundle: CycloneDX 1.6. It has no time and no serial number, so that a build can be repeated. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenceOf } from './licences.js';

/**
 * @param {readonly import('./bundled-packages.js').BundledPackage[]} packages
 * @param {string} root
 * @returns {string} JSON
 */
export function sbom(packages, root) {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const refs = new Map(packages.map((bundled) => [bundled.folder, purl(bundled)]));
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: { ...component(own, own.license), type: 'application' },
    },
    components: packages.map((bundled) => ({
      ...component(bundled, licenceOf(bundled, root).id),
      hashes: hashes(lock, bundled),
    })),
    dependencies: [
      { ref: purl(own), dependsOn: [...refs.values()] },
      ...packages.map(({ folder, uses }) => ({
        ref: refs.get(folder),
        dependsOn: uses.map((other) => refs.get(other)).sort(),
      })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function component({ name, version }, license) {
  const [scope, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const ref = purl({ name, version });
  return {
    type: 'library',
    'bom-ref': ref,
    ...(scope === undefined ? {} : { group: scope }),
    name: short,
    version,
    licenses: [{ license: { id: license } }],
    purl: ref,
  };
}

/** https://github.com/package-url/purl-spec */
const purl = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** Of the package as npm hands it out. */
function hashes(lock, { name, folder }) {
  const { integrity } = lock.packages[folder.slice(folder.indexOf('node_modules/'))] ?? {};
  const [, sha512] = /^sha512-(\S+)$/.exec(integrity) ?? [];
  if (sha512 === undefined) throw new Error(`package-lock.json has no SHA-512 of ${name}`);
  return [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }];
}
