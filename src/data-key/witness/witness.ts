import { shellWord } from '../../base/text/shell-word.ts';
import type { WrappingAlgorithm } from '../../wrapping/algorithms.ts';
import type { EncryptionContext } from '../../documents/encryption-context.ts';
import { encodeEncryptionContext } from '../../documents/encryption-context.ts';
import type { CheckValueMethod, KeyCheckValue } from '../../documents/key-check-value.ts';
import { opensslOaep, opensslUnwrap } from '../openssl-unwrap.ts';
import type { WitnessGateway } from './aliyun.ts';
import { aliyun, asSameCaller, option } from './aliyun.ts';
import { printLine, witnessNotes } from './notes.ts';

/** Where the witness finds a ciphertext: a field of a JSON file, a secret of KMS, or the value itself. */
export type EnvelopePlace =
  | { readonly kind: 'field'; readonly path: string; readonly filter: string }
  | { readonly kind: 'secret'; readonly name: string; readonly filter: string }
  | { readonly kind: 'value'; readonly base64: string };

/** An export that the witness opens with the private key of a file. */
export interface WitnessExport {
  /** What it is called in what the commands print. */
  readonly label: string;
  readonly place: EnvelopePlace;
  readonly algorithm: WrappingAlgorithm;
  /** In base64; only its form decides on the commands. */
  readonly exportedDataKey: string;
}

/** A backup that the witness has KMS export. */
export interface WitnessBackup {
  readonly label: string;
  readonly place: EnvelopePlace;
  readonly context: EncryptionContext | undefined;
  /** How KMS wraps the data key for the witness. */
  readonly algorithm: WrappingAlgorithm;
  readonly gateway: WitnessGateway;
  /** Another export in the same document, for the same private key. */
  readonly beside: WitnessExport | undefined;
}

/** What a witness checks. */
export interface WitnessRequest {
  readonly privateKey:
    | {
        readonly path: string;
        /** OpenSSL's `-passin`, such as `file:FILE` or `env:VAR`; else OpenSSL asks on the terminal. */
        readonly passphraseSource: string | undefined;
      }
    | undefined;
  readonly export: WitnessExport | undefined;
  readonly backups: readonly WitnessBackup[];
  readonly checkValues: readonly KeyCheckValue[];
}

/**
 * The commands with which someone who does not trust kmsx can check the same: POSIX shell, `openssl` (3), `jq`
 * and Alibaba Cloud's own `aliyun`. A one-time RSA key is made, KMS exports each backup to it (ExportDataKey), and the
 * SHA-256 of what comes is compared with that of what the export holds, or its check values with those expected.
 *
 * The commands run in a subshell, so that they can be pasted into a terminal too. They print one line for each backup,
 * and end with 0 where all hold the same data key, with 6 where one does not. No secret is in an argument of a program:
 * plaintext goes through pipes, and a digest of it into a variable of the subshell. The one-time key is in a folder that
 * is removed. OpenSSL takes an AES key in an argument only, so AES check values are computed by Node's `crypto`.
 *
 * `aliyun` asks as the caller that kmsx was: all backups of a run are asked with the same credentials.
 *
 * What `aliyun` cannot do as kmsx did is printed on stderr, with the prefix `note: `.
 *
 * @returns shell lines; each is a whole command, or the beginning or end of the subshell
 */
export function witnessCommands(request: WitnessRequest): string[] {
  const lines = [
    '(',
    'set -eu',
    ...witnessNotes(request.backups.map(({ gateway }) => gateway)),
    ...asSameCaller(request.backups[0]?.gateway.origin),
    'umask 077',
    'folder=$(mktemp -d)',
    `trap 'rm -rf "$folder"' EXIT`,
    "trap 'exit 1' HUP INT TERM",
    'result=0',
    'nothing=$(openssl dgst -sha256 -r < /dev/null)',
    `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$folder/one-time.pem" 2> /dev/null || { ${printLine('openssl cannot make a key')} >&2; exit 1; }`,
    'publickey=$(openssl pkey -in "$folder/one-time.pem" -pubout -outform DER | openssl base64 -A)',
  ];
  const exported = request.export;
  if (exported !== undefined) {
    lines.push(...openExport(exported, 'expected', 'export', request));
  }
  for (const [index, backup] of request.backups.entries()) {
    const name = `backup-${index + 1}`;
    lines.push(...exportBackup(backup, name));
    if (exported === undefined && index === 0) lines.push('expected=$actual');
    lines.push(comparison(backup.label, '"$actual"', '"$expected"', 'the data key'));
    for (const checkValue of request.checkValues) {
      const { Method, Value } = checkValue;
      lines.push(
        `value=$(${checkValueCommand(unwrapAgain(name, backup.algorithm), checkValue)})`,
        comparison(backup.label, '"$value"', Value, `the check value ${Method}`),
      );
    }
    if (backup.beside !== undefined) {
      const { label } = backup.beside;
      lines.push(
        ...openExport(backup.beside, 'actual', `${name}-export`, request),
        comparison(label, '"$actual"', '"$expected"', 'the data key'),
      );
    }
  }
  return [...lines, 'exit "$result"', ')'];
}

function openExport(
  { label, place, algorithm, exportedDataKey }: WitnessExport,
  variable: string,
  name: string,
  { privateKey }: WitnessRequest,
): string[] {
  if (privateKey === undefined) throw new TypeError('an export is opened with a private key');
  const { path, passphraseSource } = privateKey;
  const passin = passphraseSource === undefined ? '' : ` -passin ${shellWord(passphraseSource)}`;
  const key = `-inkey ${fileArgument(path)}${passin}`;
  const unwrap = opensslUnwrap(algorithm, exportedDataKey, key, `$folder/${name}`);
  return [
    `${printPlace(place)} | openssl base64 -d -A > "$folder/${name}.bin"`,
    ...unwrap.prepare,
    ...digest(variable, unwrap.command, label),
  ];
}

function exportBackup(
  { label, place, context, algorithm, gateway }: WitnessBackup,
  name: string,
): string[] {
  const parameters = [
    '--CiphertextBlob "$blob"',
    ...(context === undefined
      ? []
      : [`--EncryptionContext ${shellWord(encodeEncryptionContext(context))}`]),
    '--PublicKeyBlob "$publickey"',
    `--WrappingKeySpec ${algorithm.keySpec}`,
    `--WrappingAlgorithm ${algorithm.name}`,
  ];
  return [
    `blob=$(${printPlace(place, gateway)})`,
    `${aliyun(gateway, 'ExportDataKey', parameters)} > "$folder/${name}.json"`,
    `jq -ej .ExportedDataKey "$folder/${name}.json" | openssl base64 -d -A > "$folder/${name}.bin"`,
    ...digest('actual', unwrapAgain(name, algorithm), label),
  ];
}

/** A pipeline succeeds if its last command does: what did not open has the digest of nothing. */
function digest(variable: string, command: string, label: string): string[] {
  return [
    `${variable}=$(${command} | openssl dgst -sha256 -r)`,
    `[ "$${variable}" != "$nothing" ] || { ${printLine(`${label} does not open`)} >&2; exit 6; }`,
  ];
}

/** Opens with the one-time key what KMS exported to it. */
function unwrapAgain(name: string, { hash }: WrappingAlgorithm): string {
  if (hash === undefined) throw new TypeError('the one-time key is an RSA key');
  return opensslOaep(hash, '-inkey "$folder/one-time.pem"', `$folder/${name}`);
}

function comparison(label: string, actual: string, expected: string, what: string): string {
  const same = printLine(`${label} holds ${what}`);
  const other = printLine(`${label} does NOT hold ${what}`);
  return `if [ ${actual} = ${expected} ]; then ${same}; else ${other}; result=6; fi`;
}

/** The computations of key-check-value.ts, written independently. */
const AES = [
  'const c = require("crypto"), k = require("fs").readFileSync(0)',
  'const e = (b) => c.createCipheriv("aes-" + k.length * 8 + "-ecb", k, null).update(b)',
  'const n = (b) => BigInt("0x" + b.toString("hex")), l = n(e(Buffer.alloc(16)))',
  'const s = BigInt.asUintN(128, l << 1n) ^ (l >> 127n) * 0x87n',
  'const h = (i) => Buffer.from(i.toString(16).padStart(32, "0"), "hex")',
  'const cmac = (m) => e(h(n(m) ^ s)).toString("hex")',
];

const PROGRAMS: Readonly<Record<Exclude<CheckValueMethod, 'SHA256-LABEL'>, readonly string[]>> = {
  'AES-ECB-ZERO': [...AES.slice(0, 2), 'console.log(e(Buffer.alloc(16)).toString("hex", 0, 3))'],
  'AES-CMAC-ZERO': [...AES, 'console.log(cmac(Buffer.alloc(16)).slice(0, 10))'],
  'AES-CMAC-LABEL': [...AES, 'console.log(cmac(Buffer.from("kmsx-data-key-v1")))'],
};

function checkValueCommand(command: string, { Method }: KeyCheckValue): string {
  if (Method === 'SHA256-LABEL') {
    return `{ printf %s kmsx-data-key-v1; ${command}; } | openssl dgst -sha256 -r | cut -c 1-32`;
  }
  return `${command} | node -e ${shellWord(PROGRAMS[Method].join('; '))}`;
}

/** Prints a ciphertext in base64, without a newline after it. */
function printPlace(place: EnvelopePlace, gateway?: WitnessGateway): string {
  switch (place.kind) {
    case 'field':
      return `jq -ej ${shellWord(place.filter)} ${fileArgument(place.path)}`;
    case 'secret': {
      if (gateway === undefined) throw new TypeError('a secret is asked of a gateway');
      const value = aliyun(gateway, 'GetSecretValue', [option('--SecretName', place.name)]);
      return `${value} | jq -er .SecretData | jq -ej ${shellWord(place.filter)}`;
    }
    case 'value':
      return `printf %s ${shellWord(place.base64)}`;
  }
}

/** A file name that no program mistakes for an option. */
function fileArgument(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}
