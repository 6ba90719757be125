import type { KmsxError } from '../../../base/error.ts';
import { kmsxError } from '../../../base/error.ts';
import type { DrillOutcome, Verdict } from '../../../drill/outcome.ts';
import type { Session } from '../../../terminal/session.ts';
import { counted } from '../../shared/view/rows.ts';

/** What a drill found, in numbers and names. */
export interface DrillSummary {
  /** How many backups and other things the places have. */
  readonly listed: number;
  /** How many of them were due. */
  readonly due: number;
  /** How many other things a listing had left out before. */
  readonly leftOut: number;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** How many of the proved open, and were compared with nothing that counts. */
  readonly uncompared: number;
  /** How many KMS was not asked about any more, since it was not reached. */
  readonly notAsked: number;
  /** Names with a check value, and no backup. */
  readonly lost: readonly string[];
  readonly failures: readonly DrillOutcome[];
}

/** How many names one message has. */
const MOST_NAMED = 20;

/** The names of backups that fared so, as in `a, b and 3 more`. */
function namesOf({ failures }: DrillSummary, verdict: Verdict): string {
  const names = failures.filter((each) => each.verdict === verdict).map(({ line }) => line.Name);
  return listed(names);
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const told = names.slice(0, MOST_NAMED).join(', ');
  return more > 0 ? `${told} and ${more} more` : told;
}

/** What a drill found, in a line. */
export function sentenceOf({ counts, uncompared, listed: all }: DrillSummary): string {
  const { proved, skipped, elsewhere } = counts;
  const drilled = proved + counts['another-key'] + counts['not-opening'] + counts.unasked;
  const rest = all - skipped - elsewhere - drilled;
  const told =
    drilled === proved
      ? `${counted(proved, 'backup')} proved`
      : `${proved} of ${counted(drilled, 'backup')} proved`;
  return [
    told,
    ...(uncompared > 0 ? [`${uncompared} of them open, compared with nothing`] : []),
    ...(elsewhere > 0 ? [`${elsewhere} by other drills at once`] : []),
    ...(rest > 0 ? [`${rest} not drilled this time`] : []),
  ].join('; ');
}

/** Tells on stderr what the lines do not. */
export async function tellSummary(summary: DrillSummary, { reporter }: Session): Promise<void> {
  const { counts, lost } = summary;
  const others = counts.skipped + summary.leftOut;
  await reporter.note(sentenceOf(summary));
  if (others > 0) {
    await reporter.note(`left out: ${counted(others, 'file')} of another kind`);
  }
  if (lost.length > 0) {
    await reporter.warnAlways(
      `no backup is there of ${counted(lost.length, 'name')} with a check value: ${listed(lost)}`,
    );
  }
}

/** The error that a drill ends with: another key before one that does not open, or is gone, before one that could not be asked. */
export function errorOf(summary: DrillSummary): KmsxError | undefined {
  const { counts, notAsked, listed: all } = summary;
  const differing = counts['another-key'];
  if (differing > 0) {
    const verb = differing === 1 ? 'holds' : 'hold';
    const message = `${counted(differing, 'backup')} ${verb} another data key than expected: ${namesOf(summary, 'another-key')}`;
    return kmsxError('backups-differ', message);
  }
  const [closed, missing] = [counts['not-opening'], counts.missing];
  if (closed + missing > 0) {
    const message = [
      closed > 0 &&
        `${counted(closed, 'backup')} ${closed === 1 ? 'does' : 'do'} not open: ${namesOf(summary, 'not-opening')}`,
      missing > 0 &&
        `${counted(missing, 'backup')} ${missing === 1 ? 'is' : 'are'} not there any more: ${namesOf(summary, 'missing')}`,
    ];
    return kmsxError('backups-not-opening', message.filter((part) => part !== false).join('; '));
  }
  const unasked = counts.unasked + notAsked;
  if (unasked > 0) {
    const message = `KMS could not be asked about ${counted(unasked, 'backup')}`;
    const names = namesOf(summary, 'unasked');
    return kmsxError('backups-unasked', names === '' ? message : `${message}: ${names}`);
  }
  if (all - counts.skipped > 0) return undefined;
  return kmsxError('backups-unasked', 'there is no backup here, and nothing was proved', {
    hints: ['is the folder the right one, and mounted?'],
  });
}
