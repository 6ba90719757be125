import { readPublicKey } from '../../../../src/wrapping/public-key/public-key.ts';
import type { Mistake } from '../mistake.ts';
import { CONTAINERS } from './containers.ts';
import { ENCODINGS } from './encodings.ts';
import type { PublicKeyForm } from './form.ts';
import { pem } from './form.ts';
import { JSONS } from './json.ts';
import { MORE_THAN_A_KEY } from './one-key.ts';
import { PRIVATE_KEYS } from './private.ts';
import { TEXTS } from './texts.ts';

const { fingerprint } = readPublicKey(Buffer.from(pem), 'pub.pem');

const EXPORT_KEY = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local', '--dry-run'];

/** Every form of a public key that is not read: the key that the command makes is the one that the file holds. */
export const PUBLIC_KEY_MISTAKES: readonly Mistake[] = [
  {
    what: 'several keys in UTF-16',
    file: 'keys.txt',
    content: Buffer.from(`\ufeff${pem}${pem}`, 'utf16le'),
    argv: [...EXPORT_KEY, '--pubkey', 'keys.txt'],
    says: 'keys.txt holds several keys in UTF-16 where one belongs',
    hints: [
      { command: 'iconv -f UTF-16 -t UTF-8 keys.txt > keys.pub.keys.pem', then: { prints: /^$/ } },
      'then give that file as --pubkey: the hint after it takes one key out',
    ],
  },
  {
    what: 'the answer of GetParametersForImport',
    file: 'import.json',
    content: JSON.stringify({ body: { keyId: 'k', importToken: 't', publicKey: pem } }),
    argv: [...EXPORT_KEY, '--pubkey', 'import.json'],
    says: 'import.json is an answer of GetParametersForImport',
    hints: ['give the public key of the HSM or person that is to have the data key'],
  },
  ...[TEXTS, ENCODINGS, JSONS, CONTAINERS, PRIVATE_KEYS, MORE_THAN_A_KEY].flat().map(mistakeOf),
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
