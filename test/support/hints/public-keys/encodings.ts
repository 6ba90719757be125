import { testKey } from '../../wrapping/wrapping-keys.ts';
import type { PublicKeyForm } from './form.ts';
import { base64, pem, PUBLIC } from './form.ts';

const der = testKey('rsa-2048-pub.der');
const hexadecimal = der.toString('hex');
/** Text before PEM is no part of it; this one has a slash in base64. */
const noted = Buffer.from(`?>?\n${pem}`).toString('base64').replaceAll('=', '');

/** How bytes are written as text. */
export const ENCODINGS: readonly PublicKeyForm[] = [
  {
    file: 'key.hex',
    content: hexadecimal,
    says: `${PUBLIC} in hexadecimal`,
    command: 'xxd -r -p < key.hex > key.pub.der',
    makes: 'key.pub.der',
  },
  {
    file: 'colons.hex',
    content: `${hexadecimal.toUpperCase().match(/.{2}/g)?.join(':')}\n`.replaceAll(
      /(.{48})/g,
      '$1\n',
    ),
    says: `${PUBLIC} in hexadecimal`,
    command: 'xxd -r -p < colons.hex > colons.pub.der',
    makes: 'colons.pub.der',
  },
  {
    file: 'array.txt',
    content: `{${hexadecimal
      .match(/.{2}/g)
      ?.map((each) => `0x${each}`)
      .join(', ')}};\n`,
    says: `${PUBLIC} in hexadecimal`,
    command: "sed 's/0x//g' array.txt | tr -d ',;{} ' | xxd -r -p > array.pub.der",
    makes: 'array.pub.der',
  },
  {
    file: 'url.txt',
    content: der.toString('base64url'),
    says: `${PUBLIC} in base64url`,
    command: "tr '_-' '/+' < url.txt > url.pub.b64",
    makes: 'url.pub.b64',
  },
  {
    file: 'url-unpadded.txt',
    content: noted.replaceAll('+', '-').replaceAll('/', '_'),
    says: `${PUBLIC} in base64url and in base64 without its padding and in base64`,
    command: `tr '_-' '/+' < url-unpadded.txt | awk '{s=s $0}END{while(length(s)%4)s=s "=";print s}' | base64 -d > url-unpadded.pub.pem`,
    makes: 'url-unpadded.pub.pem',
  },
  {
    file: 'unpadded.txt',
    content: noted,
    says: `${PUBLIC} in base64 without its padding and in base64`,
    command: `awk '{s=s $0}END{while(length(s)%4)s=s "=";print s}' unpadded.txt | base64 -d > unpadded.pub.pem`,
    makes: 'unpadded.pub.pem',
  },
  {
    file: 'unpadded-crlf.txt',
    content: `${noted}\r\n`,
    says: `${PUBLIC} in base64 without its padding and in base64`,
    command: String.raw`tr -d ' \t\r' < unpadded-crlf.txt | awk '{s=s $0}END{while(length(s)%4)s=s "=";print s}' | base64 -d > unpadded-crlf.pub.pem`,
    makes: 'unpadded-crlf.pub.pem',
  },
  {
    file: 'pem.b64',
    content: Buffer.from(pem).toString('base64'),
    says: `${PUBLIC} in base64`,
    command: 'base64 -d pem.b64 > pem.pub.pem',
    makes: 'pem.pub.pem',
  },
  {
    file: 'twice.b64',
    content: Buffer.from(base64)
      .toString('base64')
      .replaceAll(/(.{76})/g, '$1\r\n'),
    says: `${PUBLIC} in base64`,
    command: String.raw`tr -d ' \t\r' < twice.b64 | base64 -d > twice.pub.b64`,
    makes: 'twice.pub.b64',
  },
  {
    file: 'thrice.b64',
    content: Buffer.from(Buffer.from(base64).toString('base64')).toString('base64'),
    says: `${PUBLIC} in base64 and in base64`,
    command: 'base64 -d thrice.b64 | base64 -d > thrice.pub.b64',
    makes: 'thrice.pub.b64',
  },
];
