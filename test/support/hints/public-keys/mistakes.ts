import { readPublicKey } from '../../../../src/wrapping/public-key/public-key.ts';
import type { Mistake } from '../mistake.ts';
import { CONTAINERS } from './containers.ts';
import { ENCODINGS } from './encodings.ts';
import type { PublicKeyForm } from './form.ts';
import { pem } from './form.ts';
import { JSONS } from './json.ts';
import { PRIVATE_KEYS } from './private.ts';
import { TEXTS } from './texts.ts';

const { fingerprint } = readPublicKey(Buffer.from(pem), 'pub.pem');

const EXPORT_KEY = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local', '--dry-run'];

/** Every form of a public key that is not read: the key that the command makes is the one that the file holds. */
export const PUBLIC_KEY_MISTAKES: readonly Mistake[] = [
  ...[TEXTS, ENCODINGS, JSONS, CONTAINERS, PRIVATE_KEYS].flat().map(mistakeOf),
];

function mistakeOf(form: PublicKeyForm): Mistake {
  const { file, content, says, command, makes, isOther, ...more } = form;
  const expected = isOther === true ? [] : ['--expect-fingerprint', fingerprint];
  return {
    what: `${file} ${says}`,
    file,
    content,
    argv: [...EXPORT_KEY, '--pubkey', file],
    says: `${file} ${says}`,
    hints: [{ command, then: { kmsx: [...EXPORT_KEY, '--pubkey', makes, ...expected] }, ...more }],
  };
}
