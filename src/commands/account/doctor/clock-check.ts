import { kmsxError } from '../../../base/error.ts';
import type { Verdict } from './check.ts';
import { fail, pass, warn } from './check.ts';

const WARN_MS = 60_000;

/** What KMS allows (`InvalidTimeStamp.Expired`). */
const FAIL_MS = 15 * 60_000;

/**
 * Judges this machine's clock.
 *
 * @param skewMs - how far the other clock is ahead, in milliseconds; a Date header has whole seconds
 */
export function checkClock(skewMs: number): Verdict {
  const distance = Math.abs(skewMs);
  const message = `the clock here is ${inWords(distance)} ${skewMs > 0 ? 'behind' : 'ahead of'} that of the gateway`;
  if (distance > FAIL_MS) return fail(kmsxError('clock-wrong', message));
  if (distance > WARN_MS) {
    return warn(
      message,
      'set the clock: timedatectl set-ntp true; date -u compares; KMS allows 15 minutes',
    );
  }
  return pass(distance < 2000 ? 'the clock here is right' : message);
}

function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
