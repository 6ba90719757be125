import { FieldReader } from '../../base/fields.ts';
import type { JsonObject } from '../../base/json.ts';
import { lineChanged } from './chain.ts';
import type { ChainLine } from './chain.ts';
import type { RecordEvent } from '../events.ts';
import { ADDED_TYPES, RECORD_FORMAT } from '../events.ts';

const DIGEST = /^[0-9a-f]{64}$/;

type ReadFields = (fields: FieldReader) => void;

/** What each type of event needs. Unknown fields are ignored. */
const FIELDS: Readonly<Record<RecordEvent['Type'], ReadFields>> = {
  begin: readBegin,
  'step-begun': (fields) => {
    fields.integer('Number', 1);
    fields.text('Name');
  },
  step: readStep,
  compared: readCompared,
  deviation: (fields) => {
    fields.integer('Step', 0);
    for (const name of ['Expected', 'Happened', 'Decided', 'By']) anyText(fields, name);
  },
  resumed: (fields) => {
    fields.ifPresent('HalfLine', (name) => {
      anyText(fields, name);
    });
  },
  seal: (fields) => {
    truth(fields, 'Complete');
    fields.integer('Steps', 0);
    fields.integer('Deviations', 0);
  },
  ...(Object.fromEntries(ADDED_TYPES.map((type) => [type, readAdded])) as Record<
    (typeof ADDED_TYPES)[number],
    ReadFields
  >),
};

/**
 * The event of a line, which has every field that its type needs.
 *
 * @param label - what the record is called in errors
 * @throws KmsxError `record-changed`: whoever made the chain, it was not kmsx
 */
export function readEvent({ object, number }: ChainLine, label: string): RecordEvent {
  return eventOf(object, (place, problem) =>
    lineChanged(label, number, `is no event: ${place} ${problem}`),
  );
}

/**
 * The event that an object is.
 *
 * @param malformed - makes the error for a field, from its place and the problem
 */
export function eventOf(
  object: JsonObject,
  malformed: (place: string, problem: string) => Error,
): RecordEvent {
  const fields = new FieldReader(object, { malformed });
  fields.date('At');
  const type = fields.choice('Type', Object.keys(FIELDS) as RecordEvent['Type'][]);
  FIELDS[type](fields);
  return object as unknown as RecordEvent; // what was looked at, field by field
}

function readBegin(fields: FieldReader): void {
  fields.choice('Format', [RECORD_FORMAT]);
  fields.text('CeremonyId', /^[0-9a-f]{32}$/);
  truth(fields, 'Practice');
  fields.text('Title');
  fields.fields('Plan');
  fields.text('PlanSHA256', DIGEST);
  fields.optionalText('PreviousRecord', DIGEST);
  fields.optionalText('Place');
  const program = fields.fields('Program');
  for (const name of ['Version', 'Node', 'OpenSSL']) program.text(name);
  program.list('Files', (file) => {
    file.text('Name');
    file.text('SHA256', DIGEST);
  });
  const host = fields.fields('Host');
  for (const name of ['Name', 'System']) host.text(name);
  fields.list('People', (person) => {
    for (const name of ['Name', 'Role']) person.text(name);
    for (const name of ['Affiliation', 'Identified']) person.optionalText(name);
  });
}

function readStep(fields: FieldReader): void {
  fields.integer('Number', 1);
  fields.text('Name');
  fields.text('Text');
  fields.date('Start');
  const outcome = fields.choice('Outcome', ['done', 'failed']);
  const code = fields.integer('ExitCode', 0, 255);
  if ((outcome === 'done') !== (code === 0)) fields.fail('ExitCode', `is not that of ${outcome}`);
  fields.optionalText('Code');
  for (const name of ['Commands', 'RequestIds']) fields.ifPresent(name, () => fields.texts(name));
  readFiles(fields);
  fields.ifPresent('Facts', (name) => fields.fields(name));
}

function readCompared(fields: FieldReader): void {
  fields.integer('Step', 1);
  for (const name of ['What', 'Of', 'Value']) fields.text(name);
  for (const name of ['ReadBy', 'ComparedBy']) fields.optionalText(name);
  fields.choice('How', ['typed', 'plan', 'unattended']);
  truth(fields, 'Same');
  fields.ifPresent('Typed', (name) => {
    anyText(fields, name);
  });
}

function readAdded(fields: FieldReader): void {
  fields.texts('By');
  fields.optionalText('Text');
  fields.ifPresent('Document', (name) => fields.fields(name));
  readFiles(fields);
}

function readFiles(fields: FieldReader): void {
  fields.ifPresent('Files', (name) =>
    fields.list(name, (file) => {
      file.text('Name');
      file.text('SHA256', DIGEST);
      file.integer('Size', 0);
    }),
  );
}

function truth(fields: FieldReader, name: string): void {
  if (typeof fields.object[name] !== 'boolean') fields.fail(name, 'is not true or false');
}

/** Text that may be empty. */
function anyText(fields: FieldReader, name: string): void {
  fields.text(name, /^/);
}
