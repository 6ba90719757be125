import type { Command } from 'commander';
import { kmsxError } from '../../base/error.ts';
import type { Input, InputRequest } from '../../terminal/files/inputs.ts';
import { readInput } from '../../terminal/files/inputs.ts';
import { optionOr, repeatable, suggestValues } from '../../terminal/options.ts';
import type { Session } from '../../terminal/session.ts';
import type { PublicKeyOfFile } from '../../data-key/choose-recipients.ts';
import {
  assertFingerprint,
  chooseAlgorithm,
  chooseRecipients,
  parseFingerprint,
} from '../../data-key/choose-recipients.ts';
import type { Recipient } from '../../data-key/recipient.ts';
import {
  findWrappingAlgorithm,
  findWrappingKeySpec,
  algorithmNames,
  keySpecNames,
} from '../../wrapping/algorithms.ts';
import { certificateWarnings } from '../../wrapping/purpose/certificate.ts';
import type { PublicKeyFacts } from '../../wrapping/public-key/public-key.ts';
import { readPublicKey } from '../../wrapping/public-key/public-key.ts';
import { requireWrappingKey } from '../../wrapping/public-key/wrapping-public-key.ts';
import { parseTokenKeyUri } from '../../hsm/token-uri.ts';
import { addModuleOptions } from './module/module-options.ts';
import { addPinOptions, assertOnePinSource, pinFileIds, pinInput } from './module/pin.ts';
import type { TokenRecipientOptions } from './module/token-recipient.ts';
import { explainingWrongFile } from './wrong-file/wrong-file.ts';

/** So many exports make a document of half a megabyte, which can be read again. */
const MAX_RECIPIENTS = 100;

/** The longest document with an export for each recipient, in bytes: most of the first part is a context. */
export function maxExportBytes(recipients: readonly Recipient[]): number {
  return 64 * 1024 + 5 * 1024 * (recipients.length + 1);
}

/** The options that name the recipients of a data key. */
export interface RecipientOptions extends TokenRecipientOptions {
  readonly forToken?: string;
  readonly pubkey: readonly string[];
  readonly expectFingerprint: readonly string[];
  readonly wrappingAlgorithm?: string;
  readonly wrappingKeySpec?: string;
}

export function addRecipientOptions(command: Command): void {
  command
    .addOption(repeatable('--pubkey <file>', 'a public key to export under; - is standard input'))
    .addOption(
      repeatable(
        '--expect-fingerprint <fingerprint>',
        'SHA256:…, one for each --pubkey: the key in the file must have it',
      ),
    )
    .addOption(
      suggestValues(
        optionOr('--wrapping-algorithm <name>', 'how the data key is wrapped', 'by the key'),
        algorithmNames(),
      ),
    )
    .addOption(
      suggestValues(
        optionOr('--wrapping-key-spec <spec>', 'must agree with the key', 'by the key'),
        keySpecNames(),
      ),
    );
}

/** Adds what takes a recipient from a token, in place of `--pubkey`. */
export function addTokenRecipientOptions(command: Command): void {
  command.option(
    '--for-token <uri>',
    'in place of --pubkey: pkcs11:… of the private key in a token, which tells the public key and the algorithm',
  );
  addModuleOptions(command);
  addPinOptions(command);
}

/**
 * Checks the options before any file is read.
 *
 * @throws KmsxError `bad-usage`, `fingerprint-malformed`
 */
export function checkRecipientOptions(options: RecipientOptions): void {
  const { pubkey, forToken, expectFingerprint, wrappingAlgorithm, wrappingKeySpec } = options;
  if (forToken !== undefined && pubkey.length > 0) {
    throw kmsxError('options-conflict', '--pubkey and --for-token exclude each other', {
      hints: ['leave out --pubkey or --for-token'],
    });
  }
  const count = forToken === undefined ? pubkey.length : 1;
  if (count === 0) throw kmsxError('bad-usage', 'at least one --pubkey is needed');
  if (count > MAX_RECIPIENTS) {
    throw kmsxError('bad-usage', `--pubkey can be given ${MAX_RECIPIENTS} times at most`);
  }
  if (expectFingerprint.length > 0 && expectFingerprint.length !== count) {
    const option = forToken === undefined ? '--pubkey' : '--for-token';
    throw kmsxError(
      'bad-usage',
      `there are ${expectFingerprint.length} of --expect-fingerprint and ${count} of ${option}: give none, or one for each`,
    );
  }
  if (forToken !== undefined) {
    parseTokenKeyUri(forToken);
    assertOnePinSource(options);
  }
  expectFingerprint.forEach(parseFingerprint);
  if (wrappingAlgorithm !== undefined) findWrappingAlgorithm(wrappingAlgorithm);
  if (wrappingKeySpec !== undefined) findWrappingKeySpec(wrappingKeySpec);
}

/** The inputs that these options name: for the rule of one stdin. */
export function recipientInputs(options: RecipientOptions): InputRequest[] {
  return [...options.pubkey.map((path) => ({ option: '--pubkey', path })), ...pinInput(options)];
}

/** A public key as a file has it. */
export interface PublicKeyInput extends PublicKeyOfFile {
  readonly input: Pick<Input, 'fileId'>;
}

/**
 * Reads the public key of a file, and warns of what its certificate says.
 *
 * @throws KmsxError those of reading and of public keys
 */
export async function readPublicKeyInput(path: string, session: Session): Promise<PublicKeyInput> {
  const input = await readInput(path, 'a public key', session.io, session.reporter);
  const { label } = input;
  const read = await explainingWrongFile(input, 'public key', session.io, () => {
    const facts = readPublicKey(input.bytes, label);
    return { facts, publicKey: requireWrappingKey(facts, label) };
  });
  for (const warning of warningsOf(read.facts, label, session))
    await session.reporter.warn(warning);
  return { ...read, label, input };
}

/**
 * Reads every public key, checks its fingerprint if one is expected, and decides its wrapping algorithm.
 *
 * @returns the recipients in the order of `--pubkey`, and the files that were read
 * @throws KmsxError those of public keys and of `chooseRecipients`
 */
export async function readRecipients(
  options: RecipientOptions,
  session: Session,
): Promise<{ recipients: readonly [Recipient, ...Recipient[]]; inputs: Pick<Input, 'fileId'>[] }> {
  if (options.forToken !== undefined) {
    const inputs = await pinFileIds(options, session);
    return { recipients: [await recipientInToken(options, options.forToken, session)], inputs };
  }
  const keys: PublicKeyInput[] = [];
  for (const path of options.pubkey) keys.push(await readPublicKeyInput(path, session));
  return { recipients: chooseRecipients(keys, options), inputs: keys.map(({ input }) => input) };
}

function warningsOf({ certificate }: PublicKeyFacts, label: string, { io }: Session): string[] {
  return certificate === undefined ? [] : certificateWarnings(certificate, label, io.now());
}

/** The token tells the algorithm too: what it says that it takes is not always so. */
async function recipientInToken(
  options: RecipientOptions,
  uri: string,
  session: Session,
): Promise<Recipient> {
  const { wrappingAlgorithm: name, expectFingerprint } = options;
  const { tokenRecipient } = await import('./module/token-recipient.ts');
  const asked = name === undefined ? undefined : findWrappingAlgorithm(name);
  const recipient = await tokenRecipient(uri, asked, options, session);
  const [expected] = expectFingerprint;
  if (expected !== undefined) assertFingerprint(recipient.publicKey, expected, 'the token');
  chooseAlgorithm(options, recipient.publicKey, 'the key in the token');
  return recipient;
}
