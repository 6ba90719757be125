import type { JsonObject } from '../../../src/base/json.ts';
import type { RecordSource } from '../../../src/paper/record/source.ts';
import type { NewEvent, RecordEvent, RecordedFile } from '../../../src/record/events.ts';
import { RECORD_FORMAT } from '../../../src/record/events.ts';
import { FULL_PLAN, PLAN_SHA256 } from './plans.ts';

const FILE: RecordedFile = { Name: 'backup.json', SHA256: '5e'.repeat(32), Size: 612 };

/** One event of each type at least, with all the fields that it can have. */
const EVENTS: readonly NewEvent[] = [
  {
    Type: 'begin',
    Format: RECORD_FORMAT,
    CeremonyId: '0a'.repeat(16),
    Practice: false,
    Title: FULL_PLAN.Title,
    Plan: FULL_PLAN as unknown as JsonObject,
    PlanSHA256: PLAN_SHA256,
    PreviousRecord: '9f'.repeat(32),
    Place: 'Room 4',
    Program: {
      Version: '1.0.0',
      Files: [{ Name: 'dist/kmsx.cjs', SHA256: '77'.repeat(32) }],
      Node: '24.21.0',
      OpenSSL: '3.5.4',
    },
    Host: { Name: 'ceremony-1', System: 'Linux 6.12 x64' },
    People: FULL_PLAN.People,
  },
  { Type: 'step-begun', Number: 1, Name: 'the people' },
  {
    Type: 'compared',
    Step: 1,
    What: 'statement',
    Of: 'Lea Ader',
    Value: 'I take part',
    How: 'typed',
    Same: true,
  },
  {
    Type: 'compared',
    Step: 1,
    What: 'statement',
    Of: 'Ada Uditor',
    Value: 'I take part',
    How: 'typed',
    Same: false,
  },
  {
    Type: 'step',
    Number: 1,
    Name: 'the people',
    Text: 'Each person agrees.',
    Start: '2027-01-05T09:00:00.000Z',
    Outcome: 'done',
    ExitCode: 0,
  },
  {
    Type: 'compared',
    Step: 1,
    What: 'fingerprint',
    Of: 'site-a',
    Value: `SHA256:${'3c'.repeat(32)}`,
    How: 'plan',
    Same: false,
    Typed: `SHA256:${'3d'.repeat(32)}`,
  },
  { Type: 'step-begun', Number: 2, Name: 'the data key' },
  { Type: 'resumed', HalfLine: '{"At":"2027' },
  { Type: 'step-begun', Number: 2, Name: 'the data key' },
  {
    Type: 'deviation',
    Step: 2,
    Expected: 'the screen shows the context',
    Happened: 'the lamp went out',
    Decided: 'a lamp is fetched',
    By: 'Lea Ader',
  },
  {
    Type: 'compared',
    Step: 2,
    What: 'check value',
    Of: 'site-a',
    Value: 'AES-CMAC-LABEL 00112233445566778899aabbccddeeff',
    ReadBy: 'Carl Ustodian',
    ComparedBy: 'Wilma Itness',
    How: 'typed',
    Same: false,
    Typed: '00112233445566778899aabbccddeefe',
  },
  {
    Type: 'step',
    Number: 2,
    Name: 'the data key',
    Text: 'KMS generates the data key.',
    Start: '2027-01-05T09:05:00.000Z',
    Outcome: 'failed',
    ExitCode: 6,
    Code: 'check-value-mismatch',
    Commands: ['kmsx export-key --key-id alias/payments --out site-a.export.json'],
    RequestIds: ['6f1c1e6c-0f0f-4f0f-8f0f-0123456789ab'],
    Files: [FILE, { ...FILE, Name: '/media/stick/payments.backup.json' }],
    Facts: {
      KeyId: 'key-hzz1',
      DataKeyId: '0c'.repeat(16),
      CiphertextBlobFingerprint: `SHA256:${'5d'.repeat(32)}`,
      KeyCheckValues: [{ Method: 'AES-ECB-ZERO', Value: '66e94b' }],
      NumberOfBytes: 32,
      Rehearsal: true,
    },
  },
  { Type: 'seal', Complete: false, Steps: 2, Deviations: 1 },
  {
    Type: 'proof',
    By: ['Lea Ader', 'Wilma Itness'],
    Text: 'the backup was opened',
    Document: { Format: 'kmsx-proof/1', Result: 'same', Deep: { of: { very: { deep: ['x'] } } } },
    Files: [FILE],
  },
];

/** A record with all that a record can have, and what is given in its place. */
export function paperRecord(changed: Partial<RecordSource> = {}): RecordSource {
  const head = 'c4'.repeat(32);
  return {
    events: stamped(EVENTS),
    head,
    headText: `${RECORD_FORMAT} ${head}\n`,
    halfLine: '{"At":"2028',
    backups: [{ name: 'backup.json', text: '{"Format":"kmsx-backup/1"}\n' }],
    version: '1.0.0',
    ...changed,
  };
}

function stamped(events: readonly NewEvent[]): RecordEvent[] {
  return events.map((event, index) => ({
    ...event,
    At: new Date(Date.UTC(2027, 0, 5, 9, index)).toISOString(),
    Previous: index.toString(16).padStart(64, '0'),
  }));
}
