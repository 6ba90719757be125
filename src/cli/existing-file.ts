import { open } from 'node:fs/promises';

/** What a file that is to be replaced holds, as far as it matters. */
type ExistingFile = 'private key' | 'component' | 'backup' | 'other';

const LOOKED_AT_BYTES = 1024 * 1024;

/** The object identifier of PBES1 and PBES2 (1.2.840.113549.1.5), as encrypted PKCS#8 begins with it. */
const PASSWORD_BASED = Buffer.from('2a864886f70d0105', 'hex');

/** Bare base64 that is longer than this may be a CiphertextBlob: a data key of AES has 44 characters. */
const LONGEST_SHORT_BASE64 = 88;

/**
 * Looks into a file before `--force` replaces it: by whatever option it is named, a private key or component is
 * never replaced, and what may be the only CiphertextBlob of a data key is kept.
 */
export async function classifyExistingFile(path: string): Promise<ExistingFile> {
  const handle = await open(path, 'r');
  const buffer = Buffer.alloc(LOOKED_AT_BYTES);
  try {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return classify(buffer.subarray(0, bytesRead));
  } finally {
    buffer.fill(0);
    await handle.close();
  }
}

function classify(bytes: Buffer): ExistingFile {
  if (bytes.includes('PRIVATE KEY-----') || isPrivateDer(bytes)) return 'private key';
  if (bytes.includes('"kty"') && bytes.includes('"d"')) return 'private key';
  if (bytes.includes('"kmsx-component/')) return 'component';
  if (bytes.includes('"CiphertextBlob"')) return 'backup';
  const isBase64 = bytes.every((byte) => /[\w+/=\s]/.test(String.fromCharCode(byte)));
  return isBase64 && bytes.length > LONGEST_SHORT_BASE64 ? 'backup' : 'other';
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
