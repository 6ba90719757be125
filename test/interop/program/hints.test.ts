/* Every command of a hint, typed on the very file that provoked it. */
import { describe, it } from 'vitest';
import type { Mistake } from '../../support/hints/mistake.ts';
import { expectHintsToWork } from '../../support/hints/mistake.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, testKey } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();

const EXPORT_KEY = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];

const SWAPPED_HALVES: readonly Mistake[] = [
  {
    what: 'a private key as public key',
    file: 'my key.pem',
    content: testKey('rsa-2048-pkcs8.pem'),
    argv: [...EXPORT_KEY, '--pubkey', 'my key.pem'],
    says: 'my key.pem holds a private key',
    hints: [
      {
        command: "openssl pkey -in 'my key.pem' -pubout -out 'my key.pub.pem'",
        then: { kmsx: [...EXPORT_KEY, '--dry-run', '--pubkey', 'my key.pub.pem'] },
      },
    ],
  },
  {
    what: 'a document that was cut short',
    file: 'export.json',
    content: '{"Format":"kmsx-export/1",\n"Keyid',
    argv: ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json', '--check-value-only'],
    says: 'export.json is not JSON, or is cut short',
    hints: [
      {
        command: 'jq . export.json',
        words: ' shows where; if the document was cut short, make or copy it again',
        fails: true,
        then: { prints: 'line 2' },
      },
    ],
  },
];

describe('the command of a hint', () => {
  it.each(SWAPPED_HALVES)('works: $what', async (mistake) => {
    await expectHintsToWork(mistake, folder());
  });
});
