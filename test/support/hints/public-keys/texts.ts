import { testKey } from '../../wrapping/wrapping-keys.ts';
import type { PublicKeyForm } from './form.ts';
import { base64, literal, pem, PUBLIC } from './form.ts';

const certificate = testKey('rsa-2048-cert.pem').toString();
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** Text around and within the encoding. */
export const TEXTS: readonly PublicKeyForm[] = [
  {
    file: 'utf-16.pem',
    content: Buffer.from(`\ufeff${pem}`, 'utf16le'),
    says: `${PUBLIC} in UTF-16`,
    command: 'iconv -f UTF-16 -t UTF-8 utf-16.pem > utf-16.pub.pem',
    makes: 'utf-16.pub.pem',
  },
  {
    file: 'utf-16be.pem',
    content: utf16be(`\ufeffschlüssel\n${pem.replaceAll('\n', '\r\n')}`),
    says: `${PUBLIC} in UTF-16`,
    command: 'iconv -f UTF-16 -t UTF-8 utf-16be.pem > utf-16be.pub.pem',
    makes: 'utf-16be.pub.pem',
  },
  {
    file: 'utf-16le.b64',
    content: Buffer.from(base64, 'utf16le'),
    says: `${PUBLIC} in UTF-16`,
    command: 'iconv -f UTF-16LE -t UTF-8 utf-16le.b64 > utf-16le.pub.b64',
    makes: 'utf-16le.pub.b64',
  },
  {
    file: 'utf-16be.b64',
    content: utf16be(base64),
    says: `${PUBLIC} in UTF-16`,
    command: 'iconv -f UTF-16BE -t UTF-8 utf-16be.b64 > utf-16be.pub.b64',
    makes: 'utf-16be.pub.b64',
  },
  {
    file: 'one line.pem',
    content: pem.trim().replaceAll('\n', ' '),
    says: `${PUBLIC} in PEM without its line breaks`,
    command: "sed 's/-----[^-]*-----//g' 'one line.pem' > 'one line.pub.b64'",
    makes: 'one line.pub.b64',
  },
  {
    file: 'joined.pem',
    content: `${certificate.replaceAll('\n', '')}\n`,
    says: `${PUBLIC} in PEM without its line breaks`,
    command: "sed 's/-----[^-]*-----//g' joined.pem > joined.pub.b64",
    makes: 'joined.pub.b64',
  },
  {
    file: 'literal.pem',
    content: literal,
    says: String.raw`${PUBLIC} with \n in place of line breaks`,
    command: String.raw`awk '{gsub(/(\\+r)?\\+n/,"\n")}1' literal.pem > literal.pub.pem`,
    makes: 'literal.pub.pem',
  },
  {
    file: 'twice-escaped.pem',
    content: literal.replaceAll(String.raw`\n`, String.raw`\\r\\n`),
    says: String.raw`${PUBLIC} with \n in place of line breaks`,
    command: String.raw`awk '{gsub(/(\\+r)?\\+n/,"\n")}1' twice-escaped.pem > twice-escaped.pub.pem`,
    makes: 'twice-escaped.pub.pem',
  },
  {
    file: 'string.json',
    content: JSON.stringify(pem),
    says: `${PUBLIC} in quotes`,
    command: 'jq -r . string.json > string.pub.pem',
    makes: 'string.pub.pem',
  },
  {
    file: 'quoted.txt',
    content: `"${base64}",\n`,
    says: `${PUBLIC} in quotes`,
    command: String.raw`tr -d '",' < quoted.txt > quoted.pub.b64`,
    makes: 'quoted.pub.b64',
  },
  {
    file: 'single.txt',
    content: `'${pem}';\n`,
    says: `${PUBLIC} in quotes`,
    command: String.raw`tr -d "';" < single.txt > single.pub.pem`,
    makes: 'single.pub.pem',
  },
  {
    file: 'php.txt',
    content: base64.replaceAll('/', String.raw`\/`),
    says: `${PUBLIC} with backslashes`,
    command: String.raw`tr -d '\\' < php.txt > php.pub.b64`,
    makes: 'php.pub.b64',
  },
  {
    file: 'key.yaml',
    content: `publicKey: ${base64}\n`,
    says: `${PUBLIC} after a name`,
    command: "sed '1s/^[^:=]*[:=]//' key.yaml > key.yaml.pub.b64",
    makes: 'key.yaml.pub.b64',
  },
  {
    file: '.env',
    content: `WRAPPING_KEY="${literal}"\n`,
    says: `${PUBLIC} after a name and in quotes`,
    command: String.raw`sed '1s/^[^:=]*[:=]//' .env | jq -r . > .env.pub.pem`,
    makes: '.env.pub.pem',
  },
  {
    file: 'dashes.pem',
    content: pem.replaceAll('-----', '—–'),
    says: `${PUBLIC} in PEM with damaged BEGIN or END lines`,
    command: "grep -vE '(BEGIN|END) ' dashes.pem > dashes.pub.b64",
    makes: 'dashes.pub.b64',
  },
  {
    file: 'beginless.pem',
    content: pem.slice(pem.indexOf('\n') + 1),
    says: `${PUBLIC} in PEM with damaged BEGIN or END lines`,
    command: "grep -vE '(BEGIN|END) ' beginless.pem > beginless.pub.b64",
    makes: 'beginless.pub.b64',
  },
];
