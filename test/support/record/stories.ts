import type { Forgery, Line } from './forgeries.ts';
import { rebuild } from './forgeries.ts';

/** One event in place of the one on a line. */
function onLine(line: number, changes: Line): Forgery['forge'] {
  return rebuild((events) =>
    events.map((event, index) => (index === line - 1 ? { ...event, ...changes } : event)),
  );
}

/** Other facts of the step that ended on a line. */
function withFacts(line: number, changes: Line): Forgery['forge'] {
  return rebuild((events) =>
    events.map((event, index) =>
      index === line - 1 ? { ...event, Facts: { ...(event['Facts'] as Line), ...changes } } : event,
    ),
  );
}

/** Another plan in the first event. */
function withPlan(changes: Line): Forgery['forge'] {
  return rebuild((events) =>
    events.map((event, index) =>
      index === 0 ? { ...event, Plan: { ...(event['Plan'] as Line), ...changes } } : event,
    ),
  );
}

/** Leaves out lines, and has the seal count so many steps. */
function without(lines: readonly number[], steps: number): Forgery['forge'] {
  return rebuild((events) =>
    events
      .filter((_, index) => !lines.includes(index + 1))
      .map((event) =>
        event['Type'] === 'seal'
          ? {
              ...event,
              Steps: steps,
              Deviations: events.filter(
                ({ Type }, index) => Type === 'deviation' && !lines.includes(index + 1),
              ).length,
            }
          : event,
      ),
  );
}

/** Stories that belie themselves, in a chain that was made again, whole: everybody refuses them. */
export const BELIED: readonly Forgery[] = [
  {
    name: 'a beginning and a seal alone',
    forge: without([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], 0),
    line: 2,
  },
  { name: 'a practice for a production', forge: onLine(1, { Practice: true }), line: 1 },
  { name: 'a plan for a practice', forge: withPlan({ Practice: true }), line: 1 },
  { name: 'another title than the plan', forge: onLine(1, { Title: 'other' }), line: 1 },
  { name: 'other people than in the plan', forge: onLine(1, { People: [] }), line: 1 },
  { name: 'another place than in the plan', forge: onLine(1, { Place: 'the attic' }), line: 1 },
  {
    name: 'a record before that the plan does not know',
    forge: onLine(1, { PreviousRecord: 'a'.repeat(64) }),
    line: 1,
  },
  { name: 'no steps counted', forge: onLine(14, { Steps: 0 }), line: 14 },
  { name: 'no deviation counted', forge: onLine(14, { Deviations: 0 }), line: 14 },
  { name: 'a step that began and did not end', forge: without([13], 4), line: 13 },
  { name: 'a step left out', forge: without([7, 8], 4), line: 7 },
  {
    name: 'a last step that failed',
    forge: onLine(13, { Outcome: 'failed', ExitCode: 6 }),
    line: 14,
  },
  { name: 'a fingerprint that was not the same', forge: onLine(5, { Same: false }), line: 14 },
  { name: 'what nobody confirmed', forge: onLine(5, { How: 'unattended' }), line: 5 },
  { name: 'a data key of a rehearsal', forge: withFacts(8, { Rehearsal: true }), line: 8 },
  {
    name: 'the import of a rehearsal',
    forge: onLine(15, { Type: 'import', Document: { Rehearsal: true } }),
    line: 15,
  },
  { name: 'no data key', forge: withFacts(8, { CiphertextBlobFingerprint: 'none' }), line: 14 },
  { name: 'no export', forge: withFacts(8, { ExportedDataKeyFingerprint: 1 }), line: 14 },
  { name: 'no check value', forge: withFacts(11, { KeyCheckValues: [] }), line: 14 },
  { name: 'an export of somebody else', forge: withFacts(8, { Recipient: 'other' }), line: 14 },
  { name: 'no recipients', forge: withPlan({ Recipients: [] }), line: 14 },
  {
    name: 'a recipient who got nothing',
    forge: withPlan({ Recipients: [{ Name: 'hsm' }, { Name: 'other' }] }),
    line: 14,
  },
  {
    name: 'another fingerprint that was compared',
    forge: onLine(5, { Value: `SHA256:${'9'.repeat(64)}` }),
    line: 5,
  },
  {
    name: 'another fingerprint than in the plan',
    forge: withPlan({
      Recipients: [{ Name: 'hsm', ExpectFingerprint: `SHA256:${'9'.repeat(64)}` }],
    }),
    line: 3,
  },
  {
    name: 'another wrapping key that was wrapped for',
    forge: withFacts(8, { PublicKeyFingerprint: `SHA256:${'9'.repeat(64)}` }),
    line: 8,
  },
].map(({ name, ...forgery }) => ({ name: `${name}, rebuilt`, ...forgery }));
