import { createHash } from 'node:crypto';
import { decodeBase64Bytes } from '../../base/bytes/base64-bytes.ts';
import { readPem } from '../pem.ts';
import type { Filter, Opener } from './layer.ts';
import { rsaPublicPem } from './rsa-public-pem.ts';

const PUBLIC_KEY_TAG = 6;
const RSA = new Set([1, 2, 3]);

/** The first public key of what `gpg --export` writes, in armour or without. A private one is left in its keyring. */
export const openPgp: Opener = (bytes) => {
  const packets = dearmour(bytes);
  const packet = packets === undefined ? undefined : firstPacket(packets);
  const key = packet?.tag === PUBLIC_KEY_TAG ? readRsaKey(packet.body) : undefined;
  const inner = key === undefined ? undefined : rsaPublicPem(key);
  if (key === undefined || inner === undefined) return [];
  return [{ words: 'in OpenPGP', inner, filter: exporting(key.fingerprint) }];
};

/** In a keyring of its own: the operator's stays as it is. */
function exporting(fingerprint: string): Filter {
  return (file = '') =>
    [
      `(export GNUPGHOME="$(mktemp -d)"; gpg -q --batch --import ${file};`,
      `gpg -q --export-ssh-key ${fingerprint}!; rm -rf "$GNUPGHOME") | ssh-keygen -e -m PKCS8 -f /dev/stdin`,
    ].join(' ');
}

/** What ASCII armour (RFC 4880 §6.2) holds, without its headers and its checksum. */
function dearmour(bytes: Buffer): Buffer | undefined {
  const block = readPem(bytes)?.blocks.find(({ label }) => label === 'PGP PUBLIC KEY BLOCK');
  if (block === undefined) return bytes;
  const start = /\r?\n\r?\n/.exec(`\n${block.body.toString('latin1', 0, 1024)}`);
  if (start === null) return undefined;
  const text = block.body.subarray(start.index + start[0].length - 1);
  const checksum = text.lastIndexOf('\n=');
  return decodeBase64Bytes(checksum === -1 ? text : text.subarray(0, checksum));
}

/** Reads the first packet (RFC 4880 §4.2). */
function firstPacket(bytes: Buffer): { readonly tag: number; readonly body: Buffer } | undefined {
  const [first = 0, length = 0] = bytes;
  if (first < 0x80 || bytes.length < 8) return undefined;
  const isNew = first >= 0xc0;
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f;
  const [size, skipped] = isNew ? newLength(bytes, length) : oldLength(bytes, first & 0x03);
  if (size === undefined || skipped + size > bytes.length) return undefined;
  return { tag, body: bytes.subarray(skipped, skipped + size) };
}

type Length = readonly [size: number | undefined, skipped: number];

function oldLength(bytes: Buffer, type: number): Length {
  if (type === 3) return [undefined, 0];
  const width = [1, 2, 4][type] ?? 1;
  return [bytes.readUIntBE(1, width), 1 + width];
}

function newLength(bytes: Buffer, first: number): Length {
  if (first < 192) return [first, 2];
  if (first < 224) return [(first - 192) * 256 + (bytes[2] ?? 0) + 192, 3];
  return first === 255 ? [bytes.readUInt32BE(2), 6] : [undefined, 0];
}

/** Reads a version 4 RSA key, up to its public exponent (RFC 4880 §5.5.2), and its fingerprint (§12.2). */
function readRsaKey(
  body: Buffer,
): { readonly n: Buffer; readonly e: Buffer; readonly fingerprint: string } | undefined {
  if (body[0] !== 4 || !RSA.has(body[5] ?? 0)) return undefined;
  const n = readNumber(body, 6);
  const e = n === undefined ? undefined : readNumber(body, 8 + n.length);
  if (n === undefined || e === undefined) return undefined;
  const end = 10 + n.length + e.length;
  const head = Buffer.from([0x99, end >> 8, end & 0xff]);
  const digest = createHash('sha1').update(head).update(body.subarray(0, end)).digest('hex');
  return { n, e, fingerprint: digest.toUpperCase() };
}

/** A multiprecision integer: its length in bits, and its bytes (RFC 4880 §3.2). */
function readNumber(bytes: Buffer, at: number): Buffer | undefined {
  if (at + 2 > bytes.length) return undefined;
  const end = at + 2 + Math.ceil(bytes.readUInt16BE(at) / 8);
  return end > bytes.length ? undefined : bytes.subarray(at + 2, end);
}
