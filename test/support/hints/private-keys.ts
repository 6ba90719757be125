import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSPHRASE, unreadableKeyFiles } from '../../keys/forms.ts';
import { GOLDEN_FOLDERS } from '../document-schemas.ts';
import { testKey } from '../wrapping/wrapping-keys.ts';
import type { Mistake } from './mistake.ts';

/** A file as `--privkey`, what is said of it, and the command of its hint. */
interface PrivateKeyForm {
  readonly file: string;
  readonly content: string | Buffer;
  /** What follows the file's name in the error. */
  readonly says: string;
  readonly command: string;
  /** The file that the command makes. */
  readonly makes: string;
  readonly answers?: string;
  readonly passphrase?: string;
  /** Another key than the one that the export is for: it is read, and opens nothing. */
  readonly isOther?: true;
}

const pem = testKey('rsa-2048-pkcs8.pem').toString();
const body = pem.split('\n').slice(1, -2).join('');
const der = testKey('rsa-2048-pkcs8.der');
const safely = (command: string): string => `(umask 077; set -C; ${command})`;
const in_ = (words: string): string => `holds a private key in ${words}`;
const LEGACY = '-provider legacy -provider default';

const ENCODED: readonly PrivateKeyForm[] = [
  {
    file: 'one-line.txt',
    content: `${body}\n`,
    says: in_('base64'),
    command: safely('base64 -d one-line.txt > one-line.new.der'),
    makes: 'one-line.new.der',
  },
  {
    file: 'p12.txt',
    content: testKey('rsa-2048-clear.p12').toString('base64'),
    says: in_('base64'),
    command: safely('base64 -d p12.txt > p12.new.p12'),
    makes: 'p12.new.p12',
  },
  {
    file: 'twice.b64',
    content: Buffer.from(pem).toString('base64'),
    says: in_('base64'),
    command: safely('base64 -d twice.b64 > twice.new.pem'),
    makes: 'twice.new.pem',
  },
  {
    file: 'key.hex',
    content: `${der.toString('hex')}\n`,
    says: in_('hexadecimal'),
    command: safely('xxd -r -p < key.hex > key.new.der'),
    makes: 'key.new.der',
  },
  {
    file: 'literal.txt',
    content: pem.replaceAll('\n', String.raw`\n`),
    says: String.raw`holds a private key with \n in place of line breaks`,
    command: safely(String.raw`awk '{gsub(/(\\+r)?\\+n/,"\n")}1' literal.txt > literal.new.pem`),
    makes: 'literal.new.pem',
  },
  {
    file: 'lost.txt',
    content: pem.replaceAll('\n', ''),
    says: in_('PEM without its line breaks and in base64'),
    command: safely("sed 's/-----[^-]*-----//g' lost.txt | base64 -d > lost.new.der"),
    makes: 'lost.new.der',
  },
  {
    file: 'variable.env',
    content: `KEY="${pem.replaceAll('\n', String.raw`\n`)}"\n`,
    says: 'holds a private key after a name and in quotes',
    command: safely("sed '1s/^[^:=]*[:=]//' variable.env | jq -r . > variable.new.pem"),
    makes: 'variable.new.pem',
  },
  {
    file: 'k.pem',
    content: Buffer.from(`\uFEFF${pem}`, 'utf16le'),
    says: in_('UTF-16'),
    command: safely('iconv -f UTF-16 -t UTF-8 k.pem > k.new.pem'),
    makes: 'k.new.pem',
  },
];

const FOREIGN: readonly PrivateKeyForm[] = [
  {
    file: 'id_rsa',
    content: testKey('openssh'),
    says: "holds a private key in OpenSSH's own format",
    command:
      "(umask 077; set -C; cat id_rsa > id_rsa.new.pem) && ssh-keygen -p -m PKCS8 -P '' -N '' -f id_rsa.new.pem",
    makes: 'id_rsa.new.pem',
    isOther: true,
  },
  {
    file: 'key.ppk',
    content: testKey('public-forms/putty.ppk'),
    says: "holds a private key in PuTTY's format",
    command: 'puttygen key.ppk -O private-openssh -o key.new.pem',
    makes: 'key.new.pem',
  },
  {
    file: 'store.jks',
    content: testKey('public-forms/wrapping.jks'),
    says: 'holds keys in a Java keystore',
    command:
      'keytool -importkeystore -srckeystore store.jks -destkeystore store.new.p12 -deststoretype PKCS12',
    makes: 'store.new.p12',
    answers: 'test-passphrase\n'.repeat(4),
    passphrase: 'test-passphrase',
  },
  {
    file: 'key.jwk',
    content: JSON.stringify(createPrivateKey(pem).export({ format: 'jwk' })),
    says: 'holds a private key as a JWK',
    command: safely(
      `node -e 'process.stdout.write(crypto.createPrivateKey({key:JSON.parse(fs.readFileSync(0)),format:"jwk"}).export({type:"pkcs8",format:"pem"}))' < key.jwk > key.new.pem`,
    ),
    makes: 'key.new.pem',
  },
];

/** Ciphers that only OpenSSL's legacy provider has. */
const ENCRYPTED: readonly PrivateKeyForm[] = unreadableKeyFiles('rsa-2048').map((row) => {
  const makes = row.file.replace(/\.\w+$/, '.new.pem');
  const isPkcs12 = row.file.endsWith('.p12');
  const read = isPkcs12
    ? `openssl pkcs12 ${LEGACY} -in ${row.file} -nocerts`
    : `openssl pkey ${LEGACY} -in ${row.file} -aes256`;
  return {
    file: row.file,
    content: testKey(row.file),
    says: `is encrypted with ${row.algorithm}, which kmsx does not read`,
    command: safely(`${read} > ${makes}`),
    makes,
    answers: `${PASSPHRASE}\n`.repeat(3),
  };
});

/** Every form of a private key that is not read: the key that the command makes is the one that the file holds. */
export const PRIVATE_KEY_MISTAKES: readonly Mistake[] = [...ENCODED, ...FOREIGN, ...ENCRYPTED].map(
  ({ file, content, says, command, makes, answers, passphrase = PASSPHRASE, isOther }) => {
    const unwrap = (key: string): string[] => [
      ...['unwrap-key', '--privkey', key, '--in', 'export.json', '--check-value-only'],
      ...['--passphrase-file', 'passphrase.txt'],
    ];
    return {
      what: `${file} ${says}`,
      file,
      content,
      beside: {
        'export.json': readFileSync(join(GOLDEN_FOLDERS[0] ?? '', 'export.json')),
        'passphrase.txt': passphrase,
      },
      argv: unwrap(file),
      says: `${file} ${says}`,
      hints: [
        {
          command,
          ...(answers !== undefined && { answers }),
          then: { kmsx: isOther === true ? ['inspect', makes] : unwrap(makes) },
        },
      ],
    };
  },
);
