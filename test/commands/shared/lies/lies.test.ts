import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRIVKEY, testKeyPath } from '../../../support/wrapping/wrapping-keys.ts';
import { NEW_KEY, OTHER_RSA_KEY, OTHER_RSA_VERSION } from '../../../support/kms/seed.ts';
import type { Case, Name, Run } from './lie-cases.ts';
import {
  argsOf,
  BACKUP_READERS,
  COMPONENTS,
  describeLies,
  EXPECT_C,
  EXPORT_READERS,
  met,
  OUT,
  READERS,
  TO_NEW,
  useLies,
} from './lie-cases.ts';
import { cutName } from './lying-documents.ts';

/* Each lie, and each command that meets it. Who `a` to `e` are is said in lying-documents.ts; test/interop/backups/lies.test.ts
   has each malformed document with each command that reads it, and the dry runs. */

const CONTEXT = ['--context', 'purpose=payments'];
const THEFT = ['--context', 'purpose=theft'];
const OAEP = ['--wrapping-algorithm', 'RSAES_OAEP_SHA_256'];
const REPLACED = testKeyPath('other-2048.pem');

const NOT_OPENING = /encryption context|CiphertextBlob was changed/;
const ELSEWHERE = /another region or account/;
const ANOTHER_KEY = /stop: .*(not the expected key|swapped)/;

/** Two that stand for all four of which each opens a backup in its own way. */
const ON_BACKUP = ['reexport-key', 'recover-key'] as const satisfies readonly Name[];

/** Each command with one kind of document that it reads. */
const EACH_READER = [
  ['export', ['unwrap-key', 'verify-key --in', 'reexport-key']],
  ['backup', ['recover-key', 'reencrypt-key', 'verify-key --against']],
  ['component', ['combine', 'inspect']],
] as const satisfies readonly (readonly [string, readonly Name[]])[];

const lied = useLies();

describeLies(
  {
    'a swapped blob, bound, under the same KMS key and context,': met(
      BACKUP_READERS,
      'swapped-bound.json',
      4,
      NOT_OPENING,
    ),
    'a swapped blob, not bound,': [
      ...met(['recover-key', 'reencrypt-key'], 'swapped.json', 6, ANOTHER_KEY, { more: EXPECT_C }),
      ...met(['verify-key --against'], 'swapped.json', 6, ANOTHER_KEY),
      ...met(['verify-key --expect-check-value'], 'swapped.json', 6, ANOTHER_KEY),
      ...met(['reencrypt-key --source-key-id'], 'swapped.json', 6, /likely swapped/),
    ],
    'a blob under another KMS key': met(
      BACKUP_READERS,
      'swapped-kms-key.json',
      6,
      /CiphertextBlob, the KeyId or the KeyVersionId was changed/,
    ),
    'a swapped export, made by who knows the public key,': [
      ...met(['unwrap-key', 'unwrap-key --component'], 'forged.json', 6, ANOTHER_KEY, {
        more: EXPECT_C,
      }),
      ...met(['verify-key --in', 'verify-key --against'], 'forged.json', 6, ANOTHER_KEY),
      ...met(['reencrypt-key --source-key-id'], 'forged.json', 6, /likely swapped/),
    ],
    "another data key's export in the place of the right one": [
      ...met(['unwrap-key'], 'others-export.json', 6, ANOTHER_KEY, { more: EXPECT_C }),
      ...met(['verify-key --in', 'verify-key --against'], 'others-export.json', 6, ANOTHER_KEY),
    ],
    'a context that was changed in the document': met(
      BACKUP_READERS,
      'context.json',
      4,
      NOT_OPENING,
    ),
    'an id that is not that of the context': met(BACKUP_READERS, 'id.json', 2, /use the original/),
    'a --context that disagrees with the document': met(
      BACKUP_READERS,
      'c.backup.json',
      2,
      /leave --context out/,
      { more: THEFT },
    ),
    'a wrong context beside a bare blob': met(ON_BACKUP, 'blob', 4, /context/, {
      more: THEFT,
    }),
    'a file that was cut': [
      ...EACH_READER.flatMap(([kind, names]) =>
        met(names, cutName(kind, 'half is left'), 2, /cut short/),
      ),
      ...met(BACKUP_READERS, 'blob-cut-between', 4, /changed|context/, { more: CONTEXT }),
      ...met(['unwrap-key'], 'bare-export-cut-within', 2, /cut short, copy it again/, {
        more: OAEP,
      }),
      ...met(
        EXPORT_READERS,
        'bare-export-cut-between',
        2,
        /cut short, or is for a key of another size/,
        {
          ...{ more: OAEP, compared: false },
        },
      ),
    ],
    "another key's backup": [
      ...met(['recover-key', 'reencrypt-key'], 'd.backup.json', 6, ANOTHER_KEY, { more: EXPECT_C }),
      ...met(['verify-key --against'], 'd.backup.json', 6, ANOTHER_KEY),
      ...met(['verify-key --expect-check-value'], 'd.backup.json', 6, ANOTHER_KEY),
    ],
    "another key's component": met(['combine'], 'd2', 2, /combine components of one set/),
    "another key's component under the right name": met(
      ['combine'],
      'others-component',
      6,
      /ask its custodian/,
    ),
    "another key's components, all of them,": [
      given('combine', ['combine', '../d1', '../d2', ...OUT, ...EXPECT_C], 6, ANOTHER_KEY),
    ],
    'a stale backup, whose KMS key is disabled since it was re-encrypted,': met(
      BACKUP_READERS,
      'disabled.backup.json',
      4,
      /EnableKey/,
    ),
    'a stale backup, whose KMS key is about to be deleted,': met(
      BACKUP_READERS,
      'dying.backup.json',
      4,
      /CancelKeyDeletion/,
    ),
    'a stale export, for a wrapping key that was replaced,': [
      ...[
        ['unwrap-key', '--privkey', REPLACED, '--in', '../c.json', ...OUT],
        ['unwrap-key', '--privkey', REPLACED, '--in', '../c.json', ...COMPONENTS],
        ['verify-key', '--privkey', REPLACED, '--in', '../c.json', '--against', '../c.json'],
      ].map((args) => given(args[0] ?? '', args, 6, /shows the fingerprints/)),
      given(
        'reencrypt-key --source-key-id',
        [
          ...['reencrypt-key', '--in', '../c.json', ...TO_NEW],
          ...['--source-key-id', OTHER_RSA_KEY, '--source-key-version-id', OTHER_RSA_VERSION],
        ],
        4,
        /was the export made for the public key of/,
      ),
    ],
    'a stale component, of an earlier split,': met(['combine'], 'earlier2', 2, /SetId/),
    'a document of a later version': EACH_READER.flatMap(([kind, names]) =>
      met(names, `${kind}-of-later`, 2, /use a kmsx that reads kmsx-\w+\/2/),
    ),
    'a name that stands twice': EACH_READER.flatMap(([kind, names]) =>
      met(names, `${kind}-twice`, 2, /remove one of the two/),
    ),
    'a document whose Exports disagree with its top level': met(
      READERS.export,
      'disagreeing.json',
      2,
      /use the original/,
    ),
    'a length that is not that of the data key': [
      ...met(['unwrap-key', 'recover-key', 'reencrypt-key'], 'length.json', 6, /was changed/),
      ...met(['verify-key --in'], 'length.json', 6, /was changed/, { compared: false }),
      ...met(['verify-key --against'], 'length.json', 6, /was changed/),
    ],
    'a backup of another account': met(BACKUP_READERS, 'c.backup.json', 4, ELSEWHERE, {
      who: 'stranger',
    }),
    'a backup of another region': met(ON_BACKUP, 'c.backup.json', 4, ELSEWHERE, {
      who: 'elsewhere',
    }),
    'a new KMS key in another region than the backup': [
      given(
        'reencrypt-key',
        [
          ...['reencrypt-key', '--in', '../beijing.json', '--backup', 'new.json'],
          ...['--to-key-id', `acs:kms:cn-hangzhou:1234567890123456:key/${NEW_KEY}`],
        ],
        2,
        /choose a KMS key of the region where the backup was made/,
      ),
    ],
  },
  lied,
);

describe.concurrent('where nothing is expected, nothing that a command sees differs:', () => {
  it.each([
    ['unwrap-key', 'a swapped export', 'forged.json'],
    ['recover-key', 'a swapped blob, not bound', 'swapped.json'],
    ['recover-key', "another key's backup", 'd.backup.json'],
  ] as const)(
    '%s believes %s, for which there are --expect-check-value and verify-key',
    async (name, _, document) => {
      expect(await lied().run(lied().newFolder(), believed(name, document))).toMatchObject({
        code: 0,
      });
    },
  );

  it.each([
    ['a swapped blob, not bound,', 'swapped.json'],
    ["another key's backup", 'd.backup.json'],
  ] as const)(
    'reexport-key believes %s and the export of it is caught by unwrap-key --expect-check-value and by verify-key',
    async (_, document) => {
      const { newFolder, run } = lied();
      const [folder, other] = [newFolder(), newFolder()];
      expect(await run(folder, believed('reexport-key', document))).toMatchObject({ code: 0 });
      const made = `../${basename(folder)}/out`;
      const exported = ['--privkey', PRIVKEY, '--in', made];
      const [unwrapped, verified] = await Promise.all([
        run(other, { args: ['unwrap-key', ...exported, ...OUT, ...EXPECT_C], code: 6 }),
        run(other, {
          args: ['verify-key', ...exported, '--against', '../c.backup.json'],
          code: 6,
        }),
      ]);
      expect(unwrapped).toMatchObject({ code: 6, stdout: '' });
      expect(unwrapped.stderr).toMatch(ANOTHER_KEY);
      expect(verified).toMatchObject({ code: 6 });
      expect(verified.stderr).toMatch(ANOTHER_KEY);
      expect(JSON.parse(verified.stdout)).toMatchObject({ Match: false });
      expect(readdirSync(other)).toEqual([]);
    },
  );
});

function believed(name: Name, document: string): Run {
  return { args: argsOf(name, document), code: 0 };
}

/** A case that is no command's usual one. */
function given(title: string, args: readonly string[], code: Case['code'], hint: RegExp): Case {
  return { title, args, code, hint, differs: false };
}
