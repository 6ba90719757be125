import { decodeBase64Bytes, isBlankByte } from '../base/bytes/base64-bytes.ts';
import type { TextFlaw } from '../base/text/text.ts';
import { textFlaw, withoutByteOrderMark } from '../base/text/text.ts';
import type { KeyStructure } from './der.ts';
import { recogniseKey } from './der.ts';
import type { PemBlock } from './pem.ts';
import { readPem } from './pem.ts';

/** What a key file is, by its content. Buffers are views into it, except for `base64`, which is decoded. */
export type KeyFile =
  | {
      readonly kind: 'pem';
      readonly blocks: readonly [PemBlock, ...PemBlock[]];
      readonly hasTrailingBytes: boolean;
    }
  | {
      readonly kind: 'der' | 'base64';
      readonly structure: KeyStructure;
      readonly der: Buffer;
      readonly hasTrailingBytes: boolean;
    }
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'openssh-public' | 'broken-pem' | 'empty' | 'unknown' }
  /** Text with what no text has; undefined where it is not certain that it is text. */
  | { readonly kind: 'no-text'; readonly flaw: TextFlaw };

/**
 * Recognises a key file by its content: PEM, DER, JSON, or base64 of DER (on one line or wrapped). A UTF-8
 * byte order mark is skipped. Bytes after the key are reported, not dropped.
 */
export function openKeyFile(bytes: Uint8Array): KeyFile {
  const file = withoutByteOrderMark(bytes);
  if (file.every(isBlankByte)) return { kind: 'empty' };
  if (isBinaryDer(file)) {
    const found = recogniseKey(file);
    if (found === undefined) return { kind: 'unknown' };
    return { kind: 'der', ...found, hasTrailingBytes: found.der.length < file.length };
  }
  const flaw = textFlaw(file);
  if (flaw?.encoding === 'UTF-16' || (flaw !== undefined && looksLikeText(file))) {
    return { kind: 'no-text', flaw };
  }
  const start = file.findIndex((byte) => !isBlankByte(byte));
  if (file[start] === 0x7b) return { kind: 'json', text: file.toString('utf8') };
  return openPem(file) ?? openBase64(file) ?? { kind: otherKind(file, start) };
}

/** A SEQUENCE in DER: text may begin with its first byte, which is `0`, but goes on as text. */
function isBinaryDer(file: Buffer): boolean {
  const isControl = (byte: number) => byte < 0x20 && !isBlankByte(byte);
  return file[0] === 0x30 && ((file[1] ?? 0) >= 0x80 || file.subarray(1, 16).some(isControl));
}

function openPem(file: Buffer): KeyFile | undefined {
  const pem = readPem(file);
  if (pem === undefined) return { kind: 'broken-pem' };
  const [first, ...others] = pem.blocks;
  if (first === undefined) return undefined;
  return { kind: 'pem', blocks: [first, ...others], hasTrailingBytes: pem.hasTrailingBytes };
}

function openBase64(file: Buffer): KeyFile | undefined {
  const decoded = decodeBase64Bytes(file);
  const found = decoded === undefined ? undefined : recogniseKey(decoded);
  if (found === undefined) return undefined;
  const hasTrailingBytes = found.der.length < (decoded?.length ?? 0);
  return { kind: 'base64', ...found, hasTrailingBytes };
}

/** Whether bytes with NULs in them begin as PEM or JSON does, or as either does in UTF-16. */
function looksLikeText(file: Buffer): boolean {
  return /^\s*(?:-----BEGIN |\{)/.test(file.toString('latin1', 0, 64).replaceAll('\0', ''));
}

function otherKind(file: Buffer, start: number): 'openssh-public' | 'unknown' {
  const word = file.toString('latin1', start, start + 32);
  const isOpenSsh = /^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-\S+) |^---- BEGIN SSH2 /.test(word);
  return isOpenSsh ? 'openssh-public' : 'unknown';
}
