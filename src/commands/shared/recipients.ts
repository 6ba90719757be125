import type { Command } from 'commander';
import { equalBytes } from '../../base/bytes.ts';
import type { KmsxError } from '../../base/error.ts';
import { kmsxError } from '../../base/error.ts';
import { withoutStray } from '../../base/nearly-right.ts';
import type { Input, InputRequest } from '../../terminal/files/inputs.ts';
import { readInput } from '../../terminal/files/inputs.ts';
import { optionOr, repeatable, suggestValues } from '../../terminal/options.ts';
import type { Session } from '../../terminal/session.ts';
import type { Recipient } from '../../data-key/recipient.ts';
import {
  assertTakesKeySpec,
  defaultAlgorithm,
  findWrappingAlgorithm,
  findWrappingKeySpec,
  algorithmNames,
  keySpecNames,
} from '../../wrapping/algorithms.ts';
import { sharedFactor } from '../../wrapping/modulus/modulus.ts';
import { certificateWarnings } from '../../wrapping/purpose/certificate.ts';
import type { WrappingPublicKey } from '../../wrapping/public-key/wrapping-public-key.ts';
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

/**
 * Reads every public key, checks its fingerprint if one is expected, and decides its wrapping algorithm.
 *
 * @returns the recipients in the order of `--pubkey`, and the files that were read
 * @throws KmsxError those of public keys, `fingerprint-mismatch`, `wrapping-algorithm-mismatch`,
 * `pubkey-repeated`, `pubkey-modulus` if two keys have a factor in common
 */
export async function readRecipients(
  options: RecipientOptions,
  session: Session,
): Promise<{ recipients: readonly [Recipient, ...Recipient[]]; inputs: Pick<Input, 'fileId'>[] }> {
  if (options.forToken !== undefined) {
    const inputs = await pinFileIds(options, session);
    return { recipients: [await recipientInToken(options, options.forToken, session)], inputs };
  }
  const recipients: Recipient[] = [];
  const inputs: Input[] = [];
  const rsaKeys: { readonly modulus: bigint; readonly label: string }[] = [];
  for (const [index, path] of options.pubkey.entries()) {
    const input = await readInput(path, 'a public key', session.io, session.reporter);
    const { facts, publicKey } = await explainingWrongFile(input, 'public key', session.io, () => {
      const facts = readPublicKey(input.bytes, input.label);
      return { facts, publicKey: requireWrappingKey(facts, input.label) };
    });
    const expected = options.expectFingerprint[index];
    if (expected !== undefined) assertFingerprint(publicKey, expected, input.label);
    if (recipients.some((other) => other.publicKey.fingerprint === publicKey.fingerprint)) {
      throw kmsxError('pubkey-repeated', `${input.label} is a public key that was given before`);
    }
    if (facts.modulus !== undefined) {
      const moduli = rsaKeys.map(({ modulus }) => modulus);
      const shared = sharedFactor(facts.modulus, moduli);
      const other = shared === undefined ? undefined : rsaKeys[shared];
      if (other !== undefined) throw factorShared(input.label, other.label);
      rsaKeys.push({ modulus: facts.modulus, label: input.label });
    }
    for (const warning of warningsOf(facts, input.label, session)) {
      await session.reporter.warn(warning);
    }
    recipients.push({ publicKey, algorithm: chooseAlgorithm(options, publicKey, input.label) });
    inputs.push(input);
  }
  const [first, ...others] = recipients;
  if (first === undefined) throw new TypeError('checkRecipientOptions saw to one public key');
  return { recipients: [first, ...others], inputs };
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

function factorShared(label: string, other: string): KmsxError {
  const reason = `holds an RSA key whose modulus has a factor in common with that of ${other}`;
  return kmsxError('pubkey-modulus', `${label} ${reason}`);
}

function chooseAlgorithm(
  options: RecipientOptions,
  { keySpec, algorithm: own }: WrappingPublicKey,
  label: string,
): Recipient['algorithm'] {
  const asked = options.wrappingKeySpec;
  if (asked !== undefined && asked !== keySpec) {
    throw kmsxError(
      'wrapping-algorithm-mismatch',
      `${label} is ${keySpec}, and --wrapping-key-spec ${asked}`,
    );
  }
  if (options.wrappingAlgorithm === undefined) {
    return own === undefined ? defaultAlgorithm(keySpec) : findWrappingAlgorithm(own);
  }
  const algorithm = findWrappingAlgorithm(options.wrappingAlgorithm);
  if (own !== undefined && own !== algorithm.name) {
    throw kmsxError(
      'wrapping-algorithm-mismatch',
      `${label} holds a key for ${own} alone, and --wrapping-algorithm is ${algorithm.name}`,
    );
  }
  assertTakesKeySpec(algorithm, keySpec, label);
  return algorithm;
}

/**
 * Reads a fingerprint as it was read aloud or copied: blanks and hyphens are fine, and either letter case.
 *
 * @returns the 32 bytes of the SHA-256
 * @throws KmsxError `fingerprint-malformed`
 */
export function parseFingerprint(text: string): Buffer {
  const digits = /^SHA256:([0-9a-fA-F]{64})$/i.exec(text.replaceAll(/[\s-]/g, ''))?.[1];
  if (digits !== undefined) return Buffer.from(digits, 'hex');
  throw kmsxError(
    'fingerprint-malformed',
    '--expect-fingerprint takes SHA256: and 64 hexadecimal digits',
    { hints: likelyFingerprint(text) },
  );
}

function likelyFingerprint(text: string): string[] | undefined {
  if (/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(text)) {
    return ['that is the fingerprint of OpenSSH; kmsx inspect FILE prints that of the public key'];
  }
  if (/^(?:sha256 fingerprint[=:])?\s*(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i.test(text)) {
    return [
      'that is the fingerprint of a certificate; kmsx inspect FILE prints that of the public key',
    ];
  }
  const digits = /^(?:sha-?256[:=]?)?(?:0x)?([0-9a-f]{64})$/i.exec(
    withoutStray(text).replaceAll('-', ''),
  )?.[1];
  return digits === undefined ? undefined : [`did you mean --expect-fingerprint SHA256:${digits}?`];
}

function assertFingerprint(publicKey: WrappingPublicKey, expected: string, label: string): void {
  const actual = parseFingerprint(publicKey.fingerprint);
  if (equalBytes(actual, parseFingerprint(expected))) return;
  throw kmsxError(
    'fingerprint-mismatch',
    `${label} has the fingerprint ${publicKey.fingerprint}, not the expected one`,
  );
}
