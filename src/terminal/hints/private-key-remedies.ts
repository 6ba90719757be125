import type { PrivateKeyRemedy } from '../../base/error-details.ts';
import { fileWord, shellWord } from '../../base/text/shell-word.ts';

type Command = (file: string) => string;

const LEGACY = '-provider legacy -provider default';

/** What prints a private key in a form that kmsx reads, by what its file is. */
const COMMANDS: Readonly<Record<Exclude<PrivateKeyRemedy, 'its-maker'>, Command>> = {
  openssl: (file) => `openssl pkey -in ${file} -aes256`,
  'openssl-legacy': (file) => `openssl pkey ${LEGACY} -in ${file} -aes256`,
  'openssl-pkcs12': (file) => `openssl pkcs12 -in ${file} -nocerts`,
  'openssl-legacy-pkcs12': (file) => `openssl pkcs12 ${LEGACY} -in ${file} -nocerts`,
};

/**
 * The hint that turns a private key file into one that kmsx reads: a command, which only its owner can read the output
 * of, and which writes over no file.
 *
 * @param label - of the input in messages
 */
export function remedyHint(remedy: PrivateKeyRemedy, label: string | undefined): string {
  if (remedy === 'its-maker') {
    return 'write it again with the program that made it, with AES-256-CBC and PBKDF2, or as PEM that is not encrypted';
  }
  const command = COMMANDS[remedy](fileWord(label));
  return `(umask 077; set -C; ${command} > ${shellWord(newKeyName(label))})`;
}

/** A file name for a private key that is written anew: `my key.p12` gives `my key.new.pem`. */
function newKeyName(label: string | undefined): string {
  const file = label !== undefined && fileWord(label) !== 'FILE' ? label : 'wrapping';
  return `${file.replace(/\.\w{1,4}$/, '')}.new.pem`;
}
