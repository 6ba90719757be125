import { digitGroups } from '../../base/text/digit-groups.ts';
import { wordLines } from './aloud.ts';

/** A value as it is read aloud: lines of four groups of digits, then the same as PGP words, eight a line. */
export function aloudLines(hex: string): string[] {
  return [...digitGroups(hex, 4), ...wordLines(hex, 8)];
}
