import type { EncryptionContext } from '../../../documents/encryption-context.ts';
import type { KeyCheckValue } from '../../../documents/key-check-value.ts';
import { digitGroups, fingerprintLines } from '../../../base/text/digit-groups.ts';
import type { ViewBlock, ViewRow } from '../../../terminal/output/view.ts';

/** What is read aloud of a public key. */
export function fingerprintRow(label: string, fingerprint: string): ViewRow {
  return { label, lines: fingerprintLines(fingerprint) };
}

/** Fingerprints, to be compared with what was written down where each key pair was made. */
export function fingerprintBlock(rows: readonly ViewRow[]): ViewBlock {
  const whose = rows.length === 1 ? 'the fingerprint' : 'each fingerprint';
  return { title: `Read aloud, and compare: ${whose} (SHA-256)`, rows };
}

/** Check values, each beside its method. */
export function checkValueRows(values: readonly KeyCheckValue[]): ViewRow[] {
  return values.map(({ Method, Value }) => ({ label: Method, lines: digitGroups(Value, 8) }));
}

/** A check value in one line, as in `AES-ECB-ZERO 66e9 4b`. */
export function checkValueLine({ Method, Value }: KeyCheckValue): string {
  return `${Method} ${digitGroups(Value, 8).join(' ')}`;
}

/** Check values, to be compared with those of an HSM; nothing where the key is too short to have any. */
export function checkValueBlock(values: readonly KeyCheckValue[] | undefined): ViewBlock[] {
  if (values === undefined || values.length === 0) return [];
  return [{ title: 'Read aloud, and compare: the key check values', rows: checkValueRows(values) }];
}

/** The names and values of an encryption context; nothing where there is none. */
export function contextRows(context: EncryptionContext | undefined): ViewRow[] {
  const pairs = Object.entries(context ?? {}).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? [] : [{ label: 'context', lines: pairs }];
}

/** A number of things, as in `1 public key` and `2 public keys`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
