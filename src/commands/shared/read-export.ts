import type { Input, InputRequest } from '../../terminal/files/inputs.ts';
import { readInput } from '../../terminal/files/inputs.ts';
import type { Session } from '../../terminal/session.ts';
import type { Envelope } from '../../documents/read-document.ts';
import { readEnvelope } from '../../documents/read-document.ts';
import { exportIn, findExport } from '../../data-key/find-export.ts';
import type { WrappedDataKey } from '../../data-key/unwrap.ts';
import type { WrappingAlgorithm } from '../../wrapping/algorithms.ts';
import { findWrappingAlgorithm } from '../../wrapping/algorithms.ts';
import type { TokenKeyUri } from '../../hsm/token-uri.ts';
import { isTokenKeyUri, parseTokenKeyUri } from '../../hsm/token-uri.ts';
import { readPrivateKey } from '../../wrapping/private-key/private-key.ts';
import type { UnwrappingKey } from '../../wrapping/unwrapping-key.ts';
import type { PinOptions } from './module/pin.ts';
import { pinFileIds, pinInput } from './module/pin.ts';
import type { PassphraseOptions } from './passphrase.ts';
import { askPassphrase, passphraseFileIds, passphraseInput } from './passphrase.ts';
import { explainingWrongFile } from './wrong-file/wrong-file.ts';

/** The options that name an export and what opens it. */
export interface ExportOptions extends PassphraseOptions, PinOptions {
  readonly in?: string;
  readonly privkey: string;
  readonly wrappingAlgorithm?: string;
}

/** The inputs that these options name: for the rule of one stdin. */
export function exportInputs(options: ExportOptions): InputRequest[] {
  return [
    ...(isTokenKeyUri(options.privkey) ? [] : [{ option: '--privkey', path: options.privkey }]),
    { option: '--in', path: options.in ?? '-' },
    ...passphraseInput(options),
    ...pinInput(options),
  ];
}

/** What an export is read for. */
export type ExportRole = 'export to unwrap' | 'export to verify';

/** An export and the private key for it, read and not opened. */
export interface ExportInput<Key = Input | TokenKeyUri> {
  /** As it was given: a file or `-`. */
  readonly place: string;
  readonly label: string;
  readonly envelope: Envelope;
  /** A file, or what names a key in a token. */
  readonly privkey: Key;
  readonly algorithm: WrappingAlgorithm | undefined;
  /** Every file that was read: no output may become one. */
  readonly inputs: readonly Pick<Input, 'fileId'>[];
}

/**
 * Reads the export of `--in` and the private key for it, as far as that goes without a passphrase or a PIN.
 *
 * @throws KmsxError those of reading, `uri-malformed`, those and of `findWrappingAlgorithm`; `document-malformed` if the file holds no export
 */
export async function readExport(
  options: ExportOptions,
  role: ExportRole,
  session: Session,
): Promise<ExportInput> {
  const { wrappingAlgorithm: name, in: place = '-' } = options;
  const algorithm = name === undefined ? undefined : findWrappingAlgorithm(name);
  const privkey = await readPrivkey(options.privkey, session);
  const { input, envelope } = await readExportFile(place, role, session);
  const inputs = [
    ...('bytes' in privkey ? [privkey] : []),
    input,
    ...(await passphraseFileIds(options, session)),
    ...(await pinFileIds(options, session)),
  ];
  return { place, label: input.label, envelope, privkey, algorithm, inputs };
}

/**
 * Reads a file that holds an export.
 *
 * @param place - a file or `-`
 * @throws KmsxError those of reading, `document-malformed` if the file holds no export
 */
export async function readExportFile(
  place: string,
  role: ExportRole,
  { io, reporter }: Session,
): Promise<{ readonly input: Input; readonly envelope: Envelope }> {
  const input = await readInput(place, 'an export document', io, reporter);
  const envelope = await explainingWrongFile(input, role, io, () => {
    const read = readEnvelope(input.bytes, input.label);
    exportIn(read, input.label);
    return read;
  });
  return { input, envelope };
}

/**
 * Reads what `--privkey` names, as far as that goes without a passphrase or a PIN.
 *
 * @throws KmsxError those of reading, `uri-malformed`
 */
export async function readPrivkey(
  place: string,
  { io, reporter }: Session,
): Promise<Input | TokenKeyUri> {
  return isTokenKeyUri(place)
    ? parseTokenKeyUri(place)
    : await readInput(place, 'a private key', io, reporter);
}

/**
 * Opens the private key, with its passphrase if it has one, and finds the export that was made for it.
 *
 * @returns the export and its key, which the caller closes
 * @throws KmsxError those of `readPrivateKey`, `askPassphrase` and `findExport`
 */
export async function openExport(
  { label, envelope, privkey, algorithm }: ExportInput<Input>,
  options: PassphraseOptions,
  session: Session,
): Promise<{ readonly wrapped: WrappedDataKey; readonly privateKey: UnwrappingKey }> {
  const privateKey = await openPrivateKey(privkey, options, session);
  try {
    return { wrapped: findExport(envelope, algorithm, privateKey, label), privateKey };
  } catch (error) {
    await privateKey.close();
    throw error;
  }
}

/**
 * Opens a private key, with its passphrase if it has one. The input is overwritten.
 *
 * @returns the key, which the caller closes
 * @throws KmsxError those of `readPrivateKey` and `askPassphrase`
 */
export async function openPrivateKey(
  { bytes, label }: Input,
  options: PassphraseOptions,
  session: Session,
): Promise<UnwrappingKey> {
  try {
    return await explainingWrongFile({ bytes, label }, 'private key', session.io, () =>
      readPrivateKey(bytes, label, () =>
        askPassphrase(options, `passphrase of ${label}: `, session),
      ),
    );
  } finally {
    bytes.fill(0);
  }
}
