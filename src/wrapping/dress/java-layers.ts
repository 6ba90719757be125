import { shellWord } from '../../base/text/shell-word.ts';
import { encodePem } from '../pem.ts';
import type { Filter, Layer, Opener } from './layer.ts';

/** How a keystore begins that `keytool` and Java wrote before they came to PKCS#12: JKS, and JCEKS for secret keys too. */
const STORES = [
  { magic: 0xfeedfeed, name: 'JKS' },
  { magic: 0xcececece, name: 'JCEKS' },
];

const PRIVATE_ENTRY = 1;
const CERTIFICATE_ENTRY = 2;

/** No keystore has as many; each costs a look. */
const MOST_ENTRIES = 64;

/** The certificates of a Java keystore: the layout is in the comments of OpenJDK's JavaKeyStore.java. */
export const javaKeystore: Opener = (bytes) => {
  if (bytes.length < 12) return [];
  const store = STORES.find(({ magic }) => bytes.readUInt32BE(0) === magic);
  if (store === undefined) return [];
  const layers: Layer[] = [];
  try {
    const read = reader(bytes.subarray(4));
    const version = read.number();
    const count = Math.min(read.number(), MOST_ENTRIES);
    for (let entry = 0; entry < count; entry += 1) {
      const found = readEntry(read, version);
      if (found === undefined) break;
      const { alias, certificate } = found;
      if (certificate === undefined) continue;
      layers.push({
        words: `in a Java keystore (${store.name})`,
        inner: encodePem('CERTIFICATE', certificate),
        filter: exporting(alias, store.name),
      });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // it is cut short: what stands before may be whole
  }
  return layers;
};

function exporting(alias: string, type: string): Filter {
  return (file = '/dev/stdin') =>
    `keytool -exportcert -rfc -storetype ${type} -alias ${shellWord(alias)} -keystore ${file}`;
}

/** @returns undefined at an entry of another kind: where it ends is not known */
function readEntry(
  read: Reader,
  version: number,
): { readonly alias: string; readonly certificate: Buffer | undefined } | undefined {
  const tag = read.number();
  if (tag !== PRIVATE_ENTRY && tag !== CERTIFICATE_ENTRY) return undefined;
  const alias = read.bytes(read.short()).toString('utf8');
  read.bytes(8); // when it was made
  if (tag === PRIVATE_ENTRY) read.bytes(read.number());
  const chainLength = tag === PRIVATE_ENTRY ? read.number() : 1;
  let leaf: Buffer | undefined;
  for (let index = 0; index < chainLength; index += 1) {
    if (version !== 1) read.bytes(read.short()); // X.509
    const certificate = read.bytes(read.number());
    leaf ??= certificate;
  }
  return { alias, certificate: leaf };
}

interface Reader {
  short(): number;
  number(): number;
  bytes(length: number): Buffer;
}

/** Reads one after another; throws a RangeError at the end. */
function reader(all: Buffer): Reader {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > all.length) throw new RangeError('cut short');
    at += length;
    return all.subarray(at - length, at);
  };
  return {
    short: () => take(2).readUInt16BE(0),
    number: () => take(4).readUInt32BE(0),
    bytes: take,
  };
}
