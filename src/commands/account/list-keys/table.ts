import { table } from '../../../terminal/output/table.ts';
import type { ListedKey } from '../../../account/list-keys.ts';

/** For a terminal: a line for each key, with the widest column last: the Reason or the Note. */
export function keyTable(keys: readonly ListedKey[]): string {
  return table(
    ['key id', 'aliases', 'state', 'spec', 'usage', 'usable', 'reason or note'],
    keys.map((key) => [
      key.KeyId,
      key.Aliases?.join(' ') ?? '?',
      key.KeyState ?? '?',
      key.KeySpec ?? '?',
      key.KeyUsage ?? '?',
      key.Usable === undefined ? '?' : key.Usable ? 'yes' : 'no',
      key.Reason ?? key.Note ?? '',
    ]),
  );
}
