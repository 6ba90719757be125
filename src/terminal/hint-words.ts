import { SECRET_PREFIX } from '../base/secret-prefix.ts';
import { shellWord } from '../base/shell-word.ts';

/** Whether a label is that of an input that is not a file. */
function isNotFile(label: string): boolean {
  return label === 'standard input' || label.startsWith(SECRET_PREFIX);
}

/**
 * A file as a word in a command that a hint suggests.
 *
 * @param label - the name of the input in messages; one that is not a file becomes `FILE`
 */
export function fileWord(label: string | undefined): string {
  return label === undefined || isNotFile(label) ? 'FILE' : shellWord(label);
}

/**
 * A file name for the public half of a private key: `my key.pem` gives `my key.pub.pem`. A file that is already
 * named like a public key gives `wrapping.pub.pem`: the command must not overwrite its own input.
 */
export function publicHalfName(label: string | undefined): string {
  if (label === undefined || isNotFile(label)) return 'wrapping.pub.pem';
  const stem = label.replace(/\.(?:pem|key|der|p8|p12|pfx|jwk|json)$/i, '');
  return /(?:^|[./_-])pub(?:lic)?$/i.test(stem) ? 'wrapping.pub.pem' : `${stem}.pub.pem`;
}
