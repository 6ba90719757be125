import { decodeBase64Bytes } from '../../base/bytes/base64-bytes.ts';
import type { KmsxError, OwnError } from '../../base/error.ts';
import { hasCode, kmsxError } from '../../base/error.ts';
import { fileWord, shellWord, unusedName } from '../../base/text/shell-word.ts';
import { pipeline } from '../dress/layer.ts';
import { undress } from '../dress/undress.ts';
import { readPem } from '../pem.ts';

/** A form of another program: how it is recognised, and what writes a file that kmsx reads. */
interface ForeignForm {
  readonly words: string;
  readonly isIt: (bytes: Buffer) => boolean;
  /** A command, or what else to do. `to` gives a name for its output that no file has, by its ending. */
  readonly hint: (file: string, to: (ending: string) => string, bytes: Buffer) => string;
}

const startOf = (bytes: Buffer, length = 64): string => bytes.toString('latin1', 0, length);
const label = (bytes: Buffer, pattern: RegExp): boolean =>
  readPem(bytes)?.blocks.some((block) => pattern.test(block.label)) ?? false;

const JWK_TO_PEM =
  'process.stdout.write(crypto.createPrivateKey({key:JSON.parse(fs.readFileSync(0)),format:"jwk"}).export({type:"pkcs8",format:"pem"}))';

const FORMS: readonly ForeignForm[] = [
  {
    words: "a private key in OpenSSH's own format",
    isIt: (bytes) => label(bytes, /^OPENSSH PRIVATE KEY$/),
    hint: (file, to, bytes) => {
      const copy = to('.pem');
      const options = isLocked(bytes) ? '' : " -P '' -N ''";
      return `(umask 077; set -C; cat ${file} > ${copy}) && ssh-keygen -p -m PKCS8${options} -f ${copy}`;
    },
  },
  {
    words: "a private key in PuTTY's format",
    isIt: (bytes) => /^\s*PuTTY-User-Key-File-\d/.test(startOf(bytes)),
    hint: (file, to) => `puttygen ${file} -O private-openssh -o ${to('.pem')}`,
  },
  {
    words: 'keys in a Java keystore',
    isIt: (bytes) => ['feedfeed', 'cececece'].includes(bytes.toString('hex', 0, 4)),
    hint: (file, to) =>
      `keytool -importkeystore -srckeystore ${file} -destkeystore ${to('.p12')} -deststoretype PKCS12`,
  },
  {
    words: 'a private key of OpenPGP',
    isIt: (bytes) => startOf(bytes).includes('-----BEGIN PGP PRIVATE KEY BLOCK-----'),
    hint: () => 'no usual program writes it as PEM: make a pair with kmsx keygen',
  },
];

const JWK: Pick<ForeignForm, 'words' | 'hint'> = {
  words: 'a private key as a JWK',
  hint: (file, to) => `(umask 077; set -C; node -e '${JWK_TO_PEM}' < ${file} > ${to('.pem')})`,
};

/** Whether a key in OpenSSH's format has a passphrase: the name of its cipher comes first (OpenSSH's PROTOCOL.key). */
function isLocked(bytes: Buffer): boolean {
  const block = readPem(bytes)?.blocks.find((each) => each.label === 'OPENSSH PRIVATE KEY');
  const decoded = block === undefined ? undefined : decodeBase64Bytes(block.body);
  const isPlain = decoded?.toString('latin1', 15, 23) === '\0\0\0\x04none';
  decoded?.fill(0);
  return !isPlain;
}

/**
 * Finds out in which form a file holds a private key that is not read from it, and which command makes a file of it that
 * is read.
 *
 * @param error - why it was not read
 * @param formOf - the form of a private key that is read; undefined for anything else
 * @returns an error that names the form; or `error`, if the form is unknown
 */
export function explainPrivateForm(
  bytes: Buffer,
  file: string,
  error: OwnError,
  formOf: (bytes: Buffer) => string | undefined,
): KmsxError {
  const stem = `${fileWord(file) === 'FILE' ? 'wrapping' : file.replace(/\.\w{1,4}$/, '')}.new`;
  const to = (ending: string): string => shellWord(unusedName(stem, ending, file));
  const isJwk = hasCode(error, 'privkey-unsupported') && error.details.keyType === 'jwk';
  const foreign = isJwk ? JWK : FORMS.find(({ isIt }) => isIt(bytes));
  if (foreign !== undefined) {
    const hints = [foreign.hint(fileWord(file), to, bytes)];
    const keyType = isJwk ? 'jwk' : 'openssh';
    return kmsxError('privkey-unsupported', `${file} holds ${foreign.words}`, {
      details: { label: file, keyType },
      hints,
    });
  }
  const [first] = undress(bytes, formOf).filter(
    ({ layers }) => !layers.some((each) => each.isPrivate),
  );
  if (first === undefined || first.layers.length === 0) return error;
  const words = first.layers.map((layer) => layer.words).join(' and ');
  const filters = first.layers.map(({ filter }) => filter);
  const command = `${pipeline(filters, fileWord(file))} > ${to(endingOf(first.found))}`;
  return kmsxError('privkey-malformed', `${file} holds a private key ${words}`, {
    details: { label: file },
    hints: [`(umask 077; set -C; ${command})`],
  });
}

function endingOf(form: string): string {
  if (form === 'pkcs12') return '.p12';
  return form.endsWith('-der') ? '.der' : '.pem';
}
