import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLAN_FORMAT } from '../../../src/ceremony/plan/plan.ts';
import { keyCheckValues } from '../../../src/documents/key-check-value.ts';
import type {
  AddedEvent,
  BeginEvent,
  NewEvent,
  RecordedFile,
  StepEvent,
} from '../../../src/record/events.ts';
import { RECORD_FORMAT } from '../../../src/record/events.ts';
import { writeHead } from '../../../src/record/chain/head.ts';
import { recordedFile } from '../../../src/record/chain/recorded-file.ts';
import { createRecord, openRecord, sealRecord } from '../../../src/record/chain/writer.ts';
import { testIo } from '../test-io.ts';

/** The data key of the record; nothing real. */
const DATA_KEY = Buffer.alloc(32, 7);

export const RECORD_DATA_KEY_ID = '0123456789abcdef0123456789abcdef';
export const RECORD_BLOB_FINGERPRINT = `SHA256:${'c'.repeat(64)}`;
export const RECORD_WRAPPING_FINGERPRINT = `SHA256:${'a'.repeat(64)}`;
export const RECORD_CHECK_VALUES = keyCheckValues(DATA_KEY);

/** The files that the record names, by their names in its folder. */
const FILES: Readonly<Record<string, string>> = {
  'hsm.pub.pem': '-----BEGIN PUBLIC KEY-----\n',
  'backup.json': '{"Format":"kmsx-backup/1"}\n',
  'exports/export.json': '{"Format":"kmsx-export/1"}\n',
};

export interface GoodRecordOptions {
  /** What takes the place of fields of the first event. */
  readonly begin?: Partial<BeginEvent>;
  /** What comes between the steps and the seal. */
  readonly more?: readonly NewEvent[];
  /** Files elsewhere that the step `the backups` names. */
  readonly elsewhere?: readonly RecordedFile[];
  /** Events after the seal. */
  readonly added?: readonly AddedEvent[];
  /** Whether the ceremony has come to its end; true if it is left out. */
  readonly isSealed?: boolean;
  readonly isComplete?: boolean;
}

/** Makes the folder of a ceremony, with its files and its record. */
export async function makeGoodRecord(
  folder: string,
  options: GoodRecordOptions = {},
): Promise<void> {
  mkdirSync(join(folder, 'exports'), { recursive: true });
  const begin = beginEvent(options.begin);
  writeFileSync(join(folder, 'plan.yaml'), planFile(begin));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  const writer = await createRecord(folder, begin, testIo());
  for (const event of await stepEvents(folder, options.elsewhere ?? [])) await writer.append(event);
  for (const event of options.more ?? []) await writer.append(event);
  if (options.isSealed !== false) {
    await sealRecord(writer, folder, options.isComplete ?? true, testIo());
  }
  await writer.close();
  for (const event of options.added ?? []) await addToRecord(folder, event);
}

/** Adds an event to a sealed record, and writes its head. */
export async function addToRecord(folder: string, event: NewEvent): Promise<void> {
  const { writer } = await openRecord(folder, testIo());
  const head = await writer.append(event);
  await writer.close();
  await writeHead(folder, head, testIo());
}

/** An event that is added after the seal. */
export const NOTE: AddedEvent = {
  Type: 'note',
  By: ['Ana'],
  Text: 'the cards were put back into the safe',
};

/** The first event of a record. */
export function beginEvent(changes: Partial<BeginEvent> = {}): BeginEvent {
  const begin: Omit<BeginEvent, 'Plan' | 'PlanSHA256'> & Partial<BeginEvent> = {
    ...BEGIN,
    ...changes,
  };
  const { Title, Practice, Place, PreviousRecord, People } = begin;
  const Plan = begin.Plan ?? {
    Format: PLAN_FORMAT,
    Title,
    Practice,
    ...(Place !== undefined && { Place }),
    ...(PreviousRecord !== undefined && { Previous: PreviousRecord }),
    KeyId: 'alias/payments',
    Context: { '\u{1f511}': '1', '\ufb01': 'true' },
    Bind: true,
    People,
    Recipients: [{ Name: 'hsm', MakePair: true, Unwrap: 'here' }],
    Backups: ['/media/stick/payments.json', 'secret:vault', 'store:cards'],
    Witness: false,
  };
  const PlanSHA256 = createHash('sha256').update(planFile({ Plan })).digest('hex');
  return { Plan, PlanSHA256, ...begin };
}

/** The file of a plan: YAML takes JSON. */
function planFile({ Plan }: Pick<BeginEvent, 'Plan'>): string {
  return `${JSON.stringify(Plan, undefined, 2)}\n`;
}

const BEGIN: Omit<BeginEvent, 'Plan' | 'PlanSHA256'> = {
  Type: 'begin',
  Format: RECORD_FORMAT,
  CeremonyId: 'f'.repeat(32),
  Practice: false,
  Title: 'payments é 🔑',
  Place: 'the cage',
  Program: {
    Version: '1.0.0',
    Files: [{ Name: 'kmsx.cjs', SHA256: 'b'.repeat(64) }],
    Node: '20.20.0',
    OpenSSL: '3.0.16',
  },
  Host: { Name: 'air-gap', System: 'linux 6.1 x64' },
  People: [
    { Name: 'Ana', Role: 'leader', Affiliation: 'Payments', Identified: 'passport' },
    { Name: 'Bo', Role: 'witness' },
  ],
};

async function stepEvents(
  folder: string,
  elsewhere: readonly RecordedFile[],
): Promise<readonly NewEvent[]> {
  const file = (name: string): Promise<RecordedFile> => recordedFile(folder, name);
  return [
    ...step(1, 'the wrapping key of hsm', {
      Files: [await file('hsm.pub.pem')],
      Facts: { Recipient: 'hsm', PublicKeyFingerprint: RECORD_WRAPPING_FINGERPRINT },
    }),
    { Type: 'step-begun', Number: 2, Name: 'the fingerprint of hsm' },
    {
      Type: 'compared',
      Step: 2,
      What: 'fingerprint',
      Of: 'hsm',
      Value: RECORD_WRAPPING_FINGERPRINT,
      ReadBy: 'Ana',
      ComparedBy: 'Bo',
      How: 'typed',
      Same: true,
    },
    stepEvent(2, 'the fingerprint of hsm', {}),
    ...step(3, 'the data key', {
      RequestIds: ['00000000-0000-4000-8000-000000000001'],
      Files: [await file('backup.json'), await file('exports/export.json')],
      Facts: {
        Recipient: 'hsm',
        KeyId: 'key-1',
        DataKeyId: RECORD_DATA_KEY_ID,
        NumberOfBytes: DATA_KEY.length,
        CiphertextBlobFingerprint: RECORD_BLOB_FINGERPRINT,
        ExportedDataKeyFingerprint: `SHA256:${'d'.repeat(64)}`,
      },
    }),
    {
      Type: 'deviation',
      Step: 4,
      Expected: 'the printer prints',
      Happened: 'no paper',
      Decided: 'copied by hand',
      By: 'Ana',
    },
    ...step(4, 'the check value of hsm', {
      Facts: { Recipient: 'hsm', KeyCheckValues: RECORD_CHECK_VALUES },
    }),
    ...step(5, 'the backups', {
      Files: [await file('backup.json'), ...elsewhere],
      Facts: {
        Backups: ['backup.json', '/media/stick/payments.json', 'secret:vault', 'store:cards'],
        DataKeyId: RECORD_DATA_KEY_ID,
        KeyCheckValues: RECORD_CHECK_VALUES.slice(0, 1),
      },
    }),
  ];
}

function step(number: number, name: string, fields: Partial<StepEvent>): readonly NewEvent[] {
  return [{ Type: 'step-begun', Number: number, Name: name }, stepEvent(number, name, fields)];
}

function stepEvent(number: number, name: string, fields: Partial<StepEvent>): StepEvent {
  return {
    Type: 'step',
    Number: number,
    Name: name,
    Text: `what is done for ${name}`,
    Start: '2026-11-23T08:00:00.000Z',
    Outcome: 'done',
    ExitCode: 0,
    ...fields,
  };
}
