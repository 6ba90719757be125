import { decodeBase64 } from '../../base/bytes/bytes.ts';
import { refuse } from './refusal.ts';

const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';

/** Many times what a certificate of a 16384-bit RSA key with 256 names needs. */
const LARGEST = 65_536;

/**
 * Takes an SSH signature out of its armor (PROTOCOL.sshsig §1): the first line, base64, the last line. Line ends may
 * be CR LF. ssh-keygen also takes text behind the last line, and blanks anywhere; here nothing else may stand.
 */
export function readArmor(file: Buffer): Buffer {
  if (file.length > LARGEST) refuse('is far larger than a signature');
  const [first, ...rest] = file.toString('latin1').split(/\r?\n/);
  if (first !== BEGIN) refuse(`does not begin with ${BEGIN}`);
  const end = rest.indexOf(END);
  if (end < 0) refuse(`does not end with ${END}`);
  if (rest.slice(end + 1).some((line) => line !== '')) refuse('has text after its end');
  const body = rest.slice(0, end);
  const bytes = body.includes('') ? undefined : decodeBase64(body.join(''));
  return bytes ?? refuse('is malformed: what stands between its first and last line is not base64');
}
