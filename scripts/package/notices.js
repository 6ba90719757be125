/* THIRD-PARTY-NOTICES: the licences of what is in the bundle, and the notices in its files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenceOf } from './licences.js';

const HEAD = `kmsx contains the packages below. Each is followed by its licence, and by the notices in those of its
files that are in kmsx.
`;

const COMMENTS = /(?:\/\*.*?\*\/|\/\/[^\n]*)(?:\s*(?:\/\*.*?\*\/|\/\/[^\n]*))*/gs;
const TERMS = /licen[cs]e|permission is|\bas[ -]is\b/i;
const NOTICE = /copyright/i;

/**
 * @param {readonly import('./bundled-packages.js').BundledPackage[]} packages
 * @param {string} root
 * @returns {string}
 */
export function thirdPartyNotices(packages, root) {
  const sections = packages.map((bundled) => {
    const { id, texts } = licenceOf(bundled, root);
    const title = `${bundled.name} ${bundled.version} (${id})`;
    const notices = new Set(bundled.files.flatMap((file) => noticesIn(file, root)));
    return [`${title}\n${'='.repeat(title.length)}`, ...texts, ...notices].map(tidy).join('\n\n');
  });
  return `${[HEAD, ...sections].map(tidy).join('\n\n\n')}\n`;
}

/** Comments with terms are kept whole, of others the lines about copyright. */
function noticesIn(file, root) {
  const path = join(root, file.replace(/^.*:/, ''));
  const comments = readFileSync(path, 'utf8').match(COMMENTS) ?? [];
  return comments.flatMap((comment) => {
    if (TERMS.test(comment)) return [comment];
    return comment.split('\n').filter((line) => NOTICE.test(line));
  });
}

const tidy = (text) =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/^\n+|\n+$/g, '');
