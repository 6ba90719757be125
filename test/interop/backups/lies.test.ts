import type { Case } from '../../commands/shared/lies/lie-cases.ts';
import {
  BACKUP_READERS,
  describeLies,
  DRY_RUNS,
  EXPECT_C,
  EXPORT_READERS,
  met,
  READERS,
  useLies,
} from '../../commands/shared/lies/lie-cases.ts';
import { CUT_NAMES, cutName } from '../../commands/shared/lies/lying-documents.ts';

/* What test/e2e/lies.test.ts has once for each command, here with each document that it reads. */

const CONTEXT = ['--context', 'purpose=payments'];
const OAEP = ['--wrapping-algorithm', 'RSAES_OAEP_SHA_256'];
const NOT_OPENING = /encryption context|CiphertextBlob was changed/;

const ELSEWHERE = /another region or account/;

const KINDS = ['export', 'backup', 'component'] as const;

const ofEachKind = (cases: (kind: (typeof KINDS)[number]) => Case[]): Case[] =>
  KINDS.flatMap((kind) =>
    cases(kind).map((each) => ({ ...each, title: `${each.title} (${kind})` })),
  );

const lied = useLies();

describeLies(
  {
    ...Object.fromEntries(
      CUT_NAMES.map((cut) => [
        `a file that was cut so that ${cut}`,
        ofEachKind((kind) =>
          met(
            READERS[kind],
            cutName(kind, cut),
            2,
            cut === 'nothing is left' ? /was the command that wrote it successful/ : /cut short/,
          ),
        ),
      ]),
    ),
    'a bare value that was cut': [
      ...met(BACKUP_READERS, 'blob-cut-within', 2, /cut short, copy it again/, {
        more: CONTEXT,
      }),
      ...met(EXPORT_READERS, 'bare-export-cut-within', 2, /cut short, copy it again/, {
        more: OAEP,
      }),
    ],
    'envelopes that were cut within a whole document': [
      ...met([...BACKUP_READERS, ...DRY_RUNS], 'cut-envelopes.json', 4, NOT_OPENING),
      ...met(EXPORT_READERS, 'cut-envelopes.json', 2, /cut short/, { compared: false }),
    ],
    'a document of a later version': ofEachKind((kind) =>
      met(READERS[kind], `${kind}-of-later`, 2, /use a kmsx that reads kmsx-\w+\/2/),
    ),
    'a name that stands twice': ofEachKind((kind) =>
      met(READERS[kind], `${kind}-twice`, 2, /remove one of the two/),
    ),
    'an id that is not that of the context': met(READERS.export, 'id.json', 2, /use the original/),
    'a region that would be a host of its own': met(
      [...BACKUP_READERS, ...DRY_RUNS],
      'region.json',
      2,
      /use the original, or give --region/,
      { who: 'no gateway' },
    ),
    'a context that was taken out of the document': met(
      [...BACKUP_READERS, ...DRY_RUNS],
      'no-context.json',
      4,
      NOT_OPENING,
    ),
    'a bare blob without its context': met([...BACKUP_READERS, ...DRY_RUNS], 'blob', 4, /context/),
    'a swapped blob, bound,': met(
      [...DRY_RUNS, 'recover-key --component', 'verify-key --expect-check-value'],
      'swapped-bound.json',
      4,
      NOT_OPENING,
    ),
    'a swapped blob, not bound,': met(
      ['recover-key --component'],
      'swapped.json',
      6,
      /not the expected key/,
      { more: EXPECT_C },
    ),
    'a context that was changed in the document': met(DRY_RUNS, 'context.json', 4, NOT_OPENING),
    'a stale backup, whose KMS key is disabled,': met(
      [...DRY_RUNS, 'verify-key --expect-check-value'],
      'disabled.backup.json',
      4,
      /EnableKey/,
    ),
    'a stale backup, whose KMS key is about to be deleted,': met(
      DRY_RUNS,
      'dying.backup.json',
      4,
      /CancelKeyDeletion/,
    ),
    'a backup of another region': met(
      [...BACKUP_READERS, ...DRY_RUNS],
      'c.backup.json',
      4,
      ELSEWHERE,
      { who: 'elsewhere' },
    ),
    'a backup of another account': met(DRY_RUNS, 'c.backup.json', 4, ELSEWHERE, {
      who: 'stranger',
    }),
    'a wrong context beside a bare blob': met(
      [...BACKUP_READERS, ...DRY_RUNS],
      'blob',
      4,
      /context/,
      { more: ['--context', 'purpose=theft'] },
    ),
    "a rehearsal's document before the real KMS": met(
      [...BACKUP_READERS, ...DRY_RUNS, 'verify-key --expect-check-value'],
      'c.backup.json',
      2,
      /rehearsal/,
      { who: 'public gateway' },
    ),
  },
  lied,
);
