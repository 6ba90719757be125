import { decodeBase64Bytes, encodeBase64Lines, isBlankByte } from '../base/bytes/base64-bytes.ts';

/** One PEM block (RFC 7468): views into the bytes that were read, never copies. */
export interface PemBlock {
  /** `PUBLIC KEY`, `ENCRYPTED PRIVATE KEY`, …: capital letters, digits, spaces and `#`. */
  readonly label: string;
  /** From the BEGIN line to the END line. */
  readonly whole: Buffer;
  /** The lines between them: base64, or headers, an empty line and base64. */
  readonly body: Buffer;
}

export interface PemFile {
  readonly blocks: readonly PemBlock[];
  /** Whether something other than blanks follows the last block. */
  readonly hasTrailingBytes: boolean;
}

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
const LABEL = /^[A-Z0-9#][A-Z0-9# ]{0,63}$/;

/**
 * Finds the PEM blocks of a file. Text before a block is fine, as `openssl x509 -text` and
 * `openssl pkcs12` write it. What follows the last block is reported, since a second key in another form could
 * be there.
 *
 * @returns undefined where armour is broken: a BEGIN without its END, an END without its BEGIN, a marker in
 * the middle of a line. No blocks if there is no marker at all.
 */
export function readPem(bytes: Buffer): PemFile | undefined {
  const blocks: PemBlock[] = [];
  let rest = bytes;
  for (;;) {
    const begin = rest.indexOf(BEGIN);
    const strayEnd = rest.indexOf(END);
    if (begin === -1) {
      if (strayEnd !== -1) return undefined;
      return { blocks, hasTrailingBytes: blocks.length > 0 && !rest.every(isBlankByte) };
    }
    if (strayEnd < begin) return undefined;
    const block = readBlock(rest, begin);
    if (block === undefined) return undefined;
    blocks.push(block);
    rest = rest.subarray(begin + block.whole.length);
  }
}

function readBlock(bytes: Buffer, begin: number): PemBlock | undefined {
  const labelStart = begin + BEGIN.length;
  const labelEnd = bytes.indexOf(DASHES, labelStart);
  if (labelEnd === -1 || labelEnd - labelStart > 64) return undefined;
  const label = bytes.toString('latin1', labelStart, labelEnd);
  const lineEnd = bytes.indexOf('\n', labelEnd);
  if (!LABEL.test(label) || lineEnd === -1) return undefined;
  const end = bytes.indexOf(`${END}${label}${DASHES}`, lineEnd);
  if (end === -1) return undefined;
  const body = bytes.subarray(lineEnd + 1, end);
  const onLinesOfTheirOwn =
    startsLine(bytes, begin) &&
    bytes.subarray(labelEnd + DASHES.length, lineEnd).every(isBlankByte) &&
    startsLine(bytes, end);
  if (!onLinesOfTheirOwn || body.includes(BEGIN) || body.includes(END)) return undefined;
  const wholeEnd = end + END.length + label.length + DASHES.length;
  return { label, body, whole: bytes.subarray(begin, wholeEnd) };
}

/** Nothing but blanks stands between the line's start and this place. */
function startsLine(bytes: Buffer, at: number): boolean {
  const lineStart = at === 0 ? 0 : bytes.lastIndexOf('\n', at - 1) + 1;
  return bytes.subarray(lineStart, at).every(isBlankByte);
}

/** Whether a block's body is encrypted in OpenSSL's old way (RFC 1421 headers `Proc-Type: 4,ENCRYPTED`). */
export function isLegacyEncrypted(block: PemBlock): boolean {
  return /^\s*Proc-Type:\s*4,\s*ENCRYPTED\s/.test(block.body.toString('latin1', 0, 64));
}

/**
 * Decodes a block's body.
 *
 * @returns the bytes, the caller's own; undefined if the body is not base64, for example because it has headers
 */
export function decodePemBody(block: PemBlock): Buffer | undefined {
  return decodeBase64Bytes(block.body);
}

/** Writes one PEM block in the strict form of RFC 7468 §3, as bytes. */
export function encodePem(label: string, der: Uint8Array): Buffer {
  const body = encodeBase64Lines(der);
  const pem = Buffer.concat([
    Buffer.from(`${BEGIN}${label}${DASHES}\n`),
    body,
    Buffer.from(`${END}${label}${DASHES}\n`),
  ]);
  body.fill(0);
  return pem;
}
