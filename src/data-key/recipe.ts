import { fileWord } from '../base/text/shell-word.ts';
import type { ExportDocument, ExportEntry } from '../documents/export-document.ts';
import type { OaepHash } from '../wrapping/algorithms.ts';
import { findWrappingAlgorithm } from '../wrapping/algorithms.ts';
import { oaepOptions, opensslUnwrap } from './openssl-unwrap.ts';

/** Another program that opens an export. */
export type RecipeName = 'openssl' | 'pkcs11-tool';

export const RECIPE_NAMES: readonly RecipeName[] = ['openssl', 'pkcs11-tool'];

/** How another program opens one export of a document. */
export interface Recipe {
  readonly Recipe: RecipeName;
  /** The versions that the commands need. */
  readonly Needs: string;
  readonly WrappingAlgorithm: string;
  readonly PublicKeyFingerprint: string;
  /** POSIX shell, for these variables, which are to be set first. */
  readonly Variables: Readonly<Record<string, string>>;
  readonly Commands: readonly string[];
}

/** OAEP's hash and MGF1's, as pkcs11-tool names them. */
const PKCS11_HASHES = { sha256: 'SHA256', sha1: 'SHA-1' } as const;

/**
 * The commands with which another program opens each export of a document: `openssl` with a private key in a file, or
 * OpenSC's `pkcs11-tool` with one in a token. (Java's `keytool` takes no AES key, and OpenSC before 0.27 unwraps no OAEP.)
 *
 * @param path - the file of the document
 * @returns one for each export, in order; of a token, which opens no SM2, for each RSA export
 */
export function recipesFor(document: ExportDocument, name: RecipeName, path: string): Recipe[] {
  return document.Exports.flatMap((entry, index) => {
    const { hash } = findWrappingAlgorithm(entry.WrappingAlgorithm);
    const read = `jq -r '.Exports[${index}].ExportedDataKey' ${fileWord(path)} | openssl base64 -d -A`;
    if (name === 'openssl') return [withOpenssl(entry, read)];
    return hash === undefined ? [] : [withToken(entry, read, hash)];
  });
}

function withOpenssl(entry: ExportEntry, read: string): Recipe {
  const algorithm = findWrappingAlgorithm(entry.WrappingAlgorithm);
  const key = '-inkey "$PRIVATE_KEY"';
  const { prepare, command } = opensslUnwrap(
    algorithm,
    entry.ExportedDataKey,
    key,
    '$folder/export',
  );
  const { hash } = algorithm;
  return {
    Recipe: 'openssl',
    Needs: `OpenSSL ${hash === undefined ? '3 with SM2' : '1.1.0 or newer'}, jq`,
    ...shownOf(entry),
    Variables: {
      PRIVATE_KEY: 'the file of the private half',
      DATA_KEY: 'the file that the data key goes to, in clear',
    },
    Commands: [
      'umask 077',
      'set -C', // no file that exists is written
      ...(hash === undefined
        ? [...inFolder(read), ...prepare, `${command} > "$DATA_KEY"`, AWAY]
        : [`${read} | openssl pkeyutl -decrypt ${key} ${oaepOptions(hash)} > "$DATA_KEY"`]),
    ],
  };
}

/** Puts the ciphertext into a folder of its own. */
function inFolder(read: string): string[] {
  return ['folder=$(mktemp -d)', `${read} > "$folder/export.bin"`];
}

const AWAY = 'rm -r "$folder"';

function withToken(entry: ExportEntry, read: string, hash: OaepHash): Recipe {
  const pkcs11 = PKCS11_HASHES[hash];
  const mechanism = `--mechanism RSA-PKCS-OAEP --hash-algorithm ${pkcs11} --mgf MGF1-${pkcs11.replace('-', '')}`;
  return {
    Recipe: 'pkcs11-tool',
    Needs: 'OpenSC 0.27 or newer, openssl, jq',
    ...shownOf(entry),
    Variables: {
      MODULE: 'the PKCS#11 module',
      TOKEN: 'the label of the token',
      WRAPPING_KEY_ID: 'CKA_ID of the private half there, in hexadecimal',
      LABEL: 'the label that the data key gets',
    },
    Commands: [
      ...inFolder(read),
      `pkcs11-tool --module "$MODULE" --token-label "$TOKEN" --login --unwrap ${mechanism} --id "$WRAPPING_KEY_ID" --input-file "$folder/export.bin" --key-type AES: --application-label "$LABEL"`,
      AWAY,
    ],
  };
}

function shownOf({
  WrappingAlgorithm,
  PublicKeyFingerprint,
}: ExportEntry): Pick<Recipe, 'WrappingAlgorithm' | 'PublicKeyFingerprint'> {
  return { WrappingAlgorithm, PublicKeyFingerprint };
}
