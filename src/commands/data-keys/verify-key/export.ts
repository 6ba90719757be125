import type { Input, InputRequest } from '../../../terminal/files/inputs.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import { oneTimeAlgorithm } from '../../../data-key/one-time-export.ts';
import type { Envelope } from '../../../documents/read-document.ts';
import { exportFor, findExport } from '../../../data-key/find-export.ts';
import type { OpenableExport } from '../../../data-key/verify/verify-backups.ts';
import type { WrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import { findWrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import type { UnwrappingKey } from '../../../wrapping/unwrapping-key.ts';
import { openPrivateKey, readExportEnvelope } from '../../shared/read-export.ts';
import type { PassphraseOptions } from '../../shared/passphrase.ts';
import { passphraseFileIds, passphraseInput } from '../../shared/passphrase.ts';
import type { AgainstBackup } from './backups.ts';

/** The options that name an export and what opens it. */
export interface ExportOptions extends PassphraseOptions {
  readonly in?: string;
  readonly privkey?: string;
  readonly wrappingAlgorithm?: string;
}

/** The inputs that these options name: for the rule of one stdin. */
export function exportInputs(options: ExportOptions): InputRequest[] {
  if (options.privkey === undefined) return [];
  return [
    { option: '--privkey', path: options.privkey },
    { option: '--in', path: options.in ?? '-' },
    ...passphraseInput(options),
  ];
}

/** An export and the private key for it, read and not opened. */
export interface ExportInput {
  readonly place: string;
  readonly label: string;
  readonly envelope: Envelope;
  readonly privkey: Input;
  readonly algorithm: WrappingAlgorithm | undefined;
}

/**
 * Reads the export of `--in` and the private key for it, as far as that goes without a passphrase.
 *
 * @returns undefined where there is no `--privkey`: backups are held against check values then
 * @throws KmsxError those of reading, and `data-key-too-long` for a data key that no one-time key carries
 */
export async function readExport(
  options: ExportOptions,
  session: Session,
): Promise<ExportInput | undefined> {
  const { io, reporter } = session;
  if (options.privkey === undefined) return undefined;
  const algorithm =
    options.wrappingAlgorithm === undefined
      ? undefined
      : findWrappingAlgorithm(options.wrappingAlgorithm);
  const privkey = await readInput(options.privkey, 'a private key', io, reporter);
  const place = options.in ?? '-';
  const input = await readInput(place, 'an export document', io, reporter);
  const { label } = input;
  await passphraseFileIds(options, session);
  const envelope = await readExportEnvelope(input, 'export to verify');
  if (envelope.kind === 'export') oneTimeAlgorithm(envelope.document.NumberOfBytes);
  return { place, label, envelope, privkey, algorithm };
}

/** An export and the key that opens it. */
export interface ExportInPlace {
  /** As it was given: a file or `-`. */
  readonly place: string;
  readonly label: string;
  readonly envelope: Envelope;
  readonly opened: OpenableExport;
}

/**
 * Opens the private key, and finds the export that was made for it.
 *
 * @throws KmsxError those of `openPrivateKey` and `findExport`
 */
export async function openExport(
  { place, label, envelope, privkey, algorithm }: ExportInput,
  options: ExportOptions,
  session: Session,
): Promise<ExportInPlace> {
  const privateKey = await openPrivateKey(privkey, options, session);
  const wrapped = findExport(envelope, algorithm, privateKey, label);
  return { place, label, envelope, opened: { wrapped, privateKey } };
}

/** The export for this private key in the document of a backup, if it has one. */
export function exportBeside(
  { envelope }: AgainstBackup,
  privateKey: UnwrappingKey,
): OpenableExport | undefined {
  if (envelope?.kind !== 'export') return undefined;
  const wrapped = exportFor(envelope.document, privateKey);
  return wrapped && { wrapped, privateKey };
}
