import { shellWord } from '../base/shell-word.ts';

/** What messages call an input that is no file of its own. */
const NO_FILE = /^standard input$|^secret:/;

/**
 * A file in a command that a hint gives to type.
 *
 * @param label - what messages call the input; what can't be typed is `FILE`
 */
export function fileWord(label: string | undefined): string {
  return label === undefined || NO_FILE.test(label) ? 'FILE' : shellWord(label);
}

/**
 * A name for the public half of a private key, by the name of its file: `my key.pem` gives `my key.pub.pem`. A file
 * that is called a public key already gives none: the command must not write over its own input.
 */
export function publicHalfName(label: string | undefined): string {
  if (label === undefined || NO_FILE.test(label)) return 'wrapping.pub.pem';
  const stem = label.replace(/\.(?:pem|key|der|p8|p12|pfx|jwk|json)$/i, '');
  return /(?:^|[./_-])pub(?:lic)?$/i.test(stem) ? 'wrapping.pub.pem' : `${stem}.pub.pem`;
}
