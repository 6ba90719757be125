import { decodeBase64Bytes } from '../../base/bytes/base64-bytes.ts';
import { readPem } from '../pem.ts';
import { rsaPublicPem } from './rsa-public-pem.ts';
import type { Filter, Layer, Opener } from './layer.ts';

const toPem: Filter = (file = '/dev/stdin') => `ssh-keygen -e -m PKCS8 -f ${file}`;

/** The line of OpenSSH's `.pub` files. */
const openSshPublic: Opener = (bytes) => {
  if (!startsWith(bytes, 'ssh-rsa ')) return [];
  const lines = bytes.toString('latin1').trim().split('\n');
  if (lines.length > 1) return [];
  return layer("in OpenSSH's format", lines[0]?.split(' ')[1], toPem);
};

const BEGIN_SSH2 = '---- BEGIN SSH2 PUBLIC KEY ----';

/** RFC 4716, which commercial servers, `ssh-keygen -e` and PuTTY write: headers, of which a line may go on, and base64. */
const rfc4716: Opener = (bytes) => {
  if (!startsWith(bytes, BEGIN_SSH2)) return [];
  const text = bytes.toString('latin1').replaceAll(/\\\r?\n/g, '');
  const body = text.split('\n').filter((line) => !/^----|:/.test(line));
  const filter: Filter = (file = '/dev/stdin') => `ssh-keygen -i -f ${file} | ${toPem(undefined)}`;
  return layer('in the format of RFC 4716 (SSH2)', body.join(''), filter);
};

/** PuTTY's key files (`.ppk`), whose public lines are in clear. */
const putty: Opener = (bytes) => {
  if (!startsWith(bytes, 'PuTTY-User-Key-File-')) return [];
  const end = bytes.indexOf('Private-Lines:');
  const text = bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
  const body = /^Public-Lines:.*\n([\s\S]*)$/m.exec(text)?.[1];
  const filter: Filter = (file = '/dev/stdin') => `puttygen ${file} -L | ${toPem(undefined)}`;
  return layer("in PuTTY's format", body, filter, { isPrivate: true });
};

const OPENSSH_MAGIC = Buffer.from('openssh-key-v1\0', 'latin1');

/** OpenSSH's own form of private keys, whose public half is in clear. ssh-keygen refuses a file that others can read. */
const openSshPrivate: Opener = (bytes) => {
  const block = readPem(bytes)?.blocks.find(({ label }) => label === 'OPENSSH PRIVATE KEY');
  const decoded = block === undefined ? undefined : decodeBase64Bytes(block.body);
  if (decoded === undefined) return [];
  const wire = publicOfOpenSsh(decoded);
  decoded.fill(0);
  const filter: Filter = (file) =>
    file === undefined ? toPem(file) : `chmod 600 ${file} && ${toPem(file)}`;
  const options = { isPrivate: true } as const;
  return layer("in OpenSSH's format", wire?.toString('base64'), filter, options);
};

/** Cipher, derivation, its options, the number of keys, and the public key (OpenSSH's PROTOCOL.key). */
function publicOfOpenSsh(decoded: Buffer): Buffer | undefined {
  if (!decoded.subarray(0, OPENSSH_MAGIC.length).equals(OPENSSH_MAGIC)) return undefined;
  let rest = decoded.subarray(OPENSSH_MAGIC.length);
  for (let skipped = 0; skipped < 3; skipped += 1) {
    rest = rest.subarray(4 + (readString(rest)?.length ?? rest.length));
  }
  const wire = readString(rest.subarray(4));
  return wire === undefined ? undefined : Buffer.from(wire);
}

function startsWith(bytes: Buffer, text: string): boolean {
  return bytes.toString('latin1', 0, 64).trimStart().startsWith(text);
}

function layer(
  words: string,
  base64: string | undefined,
  filter: Filter,
  options: Pick<Layer, 'isPrivate'> = {},
): readonly Layer[] {
  const wire = decodeBase64Bytes(Buffer.from(base64 ?? '', 'latin1'));
  const numbers = wire === undefined ? undefined : readWire(wire);
  const inner = numbers === undefined ? undefined : rsaPublicPem(numbers);
  return inner === undefined ? [] : [{ words, inner, filter, ...options }];
}

/** Reads an RSA public key as SSH sends it (RFC 4253 §6.6): the strings ssh-rsa, e and n. */
function readWire(wire: Buffer): { readonly n: Buffer; readonly e: Buffer } | undefined {
  const strings: Buffer[] = [];
  for (let rest = wire; rest.length > 0;) {
    const string = readString(rest);
    if (string === undefined) return undefined;
    strings.push(string);
    rest = rest.subarray(4 + string.length);
  }
  const [type, e, n, ...others] = strings;
  if (type?.toString('latin1') !== 'ssh-rsa' || e === undefined || n === undefined)
    return undefined;
  return others.length === 0 ? { n, e } : undefined;
}

/** A string with its length in four bytes before it (RFC 4251 §5). */
function readString(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt32BE(0);
  return end > bytes.length ? undefined : bytes.subarray(4, end);
}

/** RSA keys as SSH's programs write them. */
export const SSH_LAYERS: readonly Opener[] = [openSshPublic, rfc4716, putty, openSshPrivate];
