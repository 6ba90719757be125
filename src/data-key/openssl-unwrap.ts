import { decodeBase64 } from '../base/bytes/bytes.ts';
import type { OaepHash, WrappingAlgorithm } from '../wrapping/algorithms.ts';
import type { Sm2Layout } from '../wrapping/sm2/ciphertext.ts';
import { readSm2Ciphertext } from '../wrapping/sm2/ciphertext.ts';

/** How the openssl program opens an export that lies in a file. */
export interface OpensslUnwrap {
  /** Shell lines that are to run before. */
  readonly prepare: readonly string[];
  /** A shell command that writes the data key to its standard output. */
  readonly command: string;
}

/**
 * The commands with which the openssl program opens an export.
 *
 * SM2 has several forms, and openssl takes DER alone (GM/T 0009-2012 §7.2): the parts of a raw ciphertext are cut out
 * and written as DER by `openssl asn1parse -genconf`. In which order they lie only the digest C3 tells, so each order
 * that is possible is tried, the likeliest first.
 *
 * @param exportedDataKey - the export in base64, of which only the form is used
 * @param key - what `openssl pkeyutl` is told of the private key
 * @param stem - the name of the file without `.bin`, as it stands in double quotes in a shell; files beside it begin
 * with it too
 */
export function opensslUnwrap(
  { hash }: WrappingAlgorithm,
  exportedDataKey: string,
  key: string,
  stem: string,
): OpensslUnwrap {
  if (hash !== undefined) return { prepare: [], command: opensslOaep(hash, key, stem) };
  const decrypt = `openssl pkeyutl -decrypt ${key} -in`;
  const ciphertext = decodeBase64(exportedDataKey) ?? Buffer.alloc(0);
  const candidates = readSm2Ciphertext(ciphertext).map(({ layout }, index) => ({
    file: layout === undefined ? `${stem}.bin` : `${stem}.${index + 1}.der`,
    layout,
  }));
  const prepare = candidates.flatMap(({ layout, file }) =>
    layout === undefined ? [] : [asDer(layout, file)],
  );
  const attempts = candidates.map(({ file }) => `${decrypt} "${file}"`);
  return {
    prepare: prepare.length === 0 ? [] : [inHex(stem), ...prepare],
    command:
      attempts.length > 1 ? `{ ${attempts.join(' 2> /dev/null || ')}; }` : (attempts[0] ?? 'false'),
  };
}

/** The command with which the openssl program opens an export that was wrapped with RSAES-OAEP. */
export function opensslOaep(hash: OaepHash, key: string, stem: string): string {
  return `openssl pkeyutl -decrypt ${key} -in "${stem}.bin" ${oaepOptions(hash)}`;
}

/** What `openssl pkeyutl` is told of RSAES-OAEP. */
export function oaepOptions(hash: OaepHash): string {
  return `-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:${hash} -pkeyopt rsa_mgf1_md:${hash}`;
}

function inHex(stem: string): string {
  return `hex=$(od -An -v -tx1 "${stem}.bin" | tr -d ' \\n')`;
}

function asDer({ x, y, c3, c2 }: Sm2Layout, file: string): string {
  const lines = [
    'asn1=SEQUENCE:sm2',
    '[sm2]',
    `x=INTEGER:0x${cut(x)}`,
    `y=INTEGER:0x${cut(y)}`,
    `c3=FORMAT:HEX,OCTETSTRING:${cut(c3)}`,
    `c2=FORMAT:HEX,OCTETSTRING:${cut(c2)}`,
  ];
  const words = lines.map((line) => `"${line}"`).join(' ');
  const parts = `"${file.replace(/\.der$/, '.cnf')}"`;
  return `printf '%s\\n' ${words} > ${parts} && openssl asn1parse -genconf ${parts} -noout -out "${file}"`;
}

/** The hexadecimal digits of some bytes. */
function cut([from, to]: readonly [number, number]): string {
  return `$(printf %s "$hex" | cut -c ${2 * from + 1}-${2 * to})`;
}
