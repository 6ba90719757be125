import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** What a file that is to be replaced holds, as far as it matters. */
type ExistingFile = 'private key' | 'component' | 'backup' | 'other' | 'no file';

const LOOKED_AT_BYTES = 1024 * 1024;

/** The object identifier of PBES1 and PBES2 (1.2.840.113549.1.5), as encrypted PKCS#8 begins with it. */
const PASSWORD_BASED = Buffer.from('2a864886f70d0105', 'hex');

/** Bare base64 that is longer than this may be a CiphertextBlob: a data key of AES has 44 characters. */
const LONGEST_SHORT_BASE64 = 88;

const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const LETTER_U = 0x75;
const ZERO = 0x30;

/**
 * Looks into a file before `--force` replaces it: by whatever option it is named, a private key or component is
 * never replaced, and what may be the only CiphertextBlob of a data key is kept. Whatever the readers of `--in` take
 * for a backup is one; what only looks like one may be kept for nothing. At one stroke: nobody else's turn comes
 * between looking and what follows.
 *
 * @throws the system's error where it can't be read
 */
export function classifyExistingFile(path: string): ExistingFile {
  // Not blocking: a named pipe must not be waited for.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(LOOKED_AT_BYTES);
  try {
    if (!fstatSync(descriptor).isFile()) return 'no file';
    const length = readSync(descriptor, buffer, 0, buffer.length, 0);
    return classify(buffer.subarray(0, length));
  } finally {
    buffer.fill(0);
    closeSync(descriptor);
  }
}

function classify(file: Buffer): ExistingFile {
  if (file.includes('PRIVATE KEY-----') || isPrivateDer(file)) return 'private key';
  const bytes = withoutUnicodeEscapes(file);
  if (bytes.includes('"kty"') && bytes.includes('"d"')) return 'private key';
  if (bytes.includes('"kmsx-component/')) return 'component';
  if (bytes.includes('"CiphertextBlob"')) return 'backup';
  const text = trimmed(bytes);
  const isBase64 = text.every((byte) => /[\w+/=\s]/.test(String.fromCharCode(byte)));
  return isBase64 && text.length > LONGEST_SHORT_BASE64 ? 'backup' : 'other';
}

/** Undoes `\u0042` and `\/`, in place: a JSON text may write any name so. Nothing of it becomes a string. */
function withoutUnicodeEscapes(bytes: Buffer): Buffer {
  let length = 0;
  for (let at = 0; at < bytes.length; length += 1) {
    const code = bytes[at] === BACKSLASH ? escapedAscii(bytes, at + 1) : undefined;
    bytes[length] = code ?? bytes[at] ?? 0;
    at += code === undefined ? 1 : bytes[at + 1] === SLASH ? 2 : 6;
  }
  return bytes.subarray(0, length);
}

function escapedAscii(bytes: Buffer, at: number): number | undefined {
  if (bytes[at] === SLASH) return SLASH;
  if (bytes[at] !== LETTER_U || bytes[at + 1] !== ZERO || bytes[at + 2] !== ZERO) return undefined;
  const [high, low] = [hexDigit(bytes[at + 3]), hexDigit(bytes[at + 4])];
  if (high === undefined || low === undefined || high > 7) return undefined;
  return high * 16 + low;
}

function hexDigit(byte = 0): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : undefined;
}

/** Without a byte order mark and without what else stands around: Unicode has many blanks, none of them ASCII. */
function trimmed(bytes: Buffer): Buffer {
  const start = bytes.findIndex(isPrintableAscii);
  const end = bytes.findLastIndex(isPrintableAscii);
  return bytes.subarray(Math.max(start, 0), end + 1);
}

function isPrintableAscii(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f;
}

/** PKCS#8, PKCS#1, SEC1 and PKCS#12 begin with a version; encrypted PKCS#8 with a password-based scheme. */
function isPrivateDer(bytes: Buffer): boolean {
  if (bytes[0] !== 0x30) return false;
  const lengthByte = bytes[1] ?? 0;
  const start = lengthByte < 0x80 ? 2 : 2 + (lengthByte & 0x7f);
  const content = bytes.subarray(start, start + 40);
  const hasVersion = content[0] === 0x02 && content[1] === 0x01 && (content[2] ?? 9) <= 3;
  return hasVersion || content.includes(PASSWORD_BASED);
}
