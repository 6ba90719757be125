import { createPrivateKey } from 'node:crypto';
import { PASSPHRASE } from '../../../keys/forms.ts';
import { testKey } from '../../wrapping/wrapping-keys.ts';
import type { PublicKeyForm } from './form.ts';
import { formOf, HALF, PRIVATE } from './form.ts';

const pkcs8 = testKey('rsa-2048-pkcs8.pem');
const pkcs8Der = testKey('rsa-2048-pkcs8.der');
const privateJwk = createPrivateKey(pkcs8).export({ format: 'jwk' });
const given = { 'openssl pkey': `openssl pkey -passin 'pass:${PASSPHRASE}'` };

/** A private key where its public half belongs. */
export const PRIVATE_KEYS: readonly PublicKeyForm[] = [
  ...[
    'rsa-2048-pkcs1.pem',
    'rsa-2048-pkcs1.der',
    'rsa-2048-pkcs8.der',
    'rsa-2048-pbes2-sha256.pem',
    'rsa-2048-pbes2-sha256.der',
    'rsa-2048-legacy-aes128.pem',
    'rsa-2048-modern.p12',
    'rsa-2048-legacy.p12',
  ].map((file) => {
    const makes = file.replace(/\.\w+$/, '.pub.pem');
    const isRc2 = file === 'rsa-2048-legacy.p12';
    return {
      file,
      content: testKey(file),
      says: `${PRIVATE}${HALF}`,
      command: isRc2
        ? `openssl pkey -in ${file} -provider legacy -provider default -pubout > ${makes}`
        : `openssl pkey -in ${file} -pubout -out ${makes}`,
      makes,
      given,
    };
  }),
  {
    file: 'wrapping.pub.pem',
    content: pkcs8,
    says: `${PRIVATE}${HALF}`,
    command: 'openssl pkey -in wrapping.pub.pem -pubout -out wrapping-2.pub.pem',
    makes: 'wrapping-2.pub.pem',
  },
  {
    file: 'one-line.txt',
    content: `${pkcs8Der.toString('base64')}\n`,
    says: `${PRIVATE}${HALF}`,
    command: 'base64 -d one-line.txt | openssl pkey -pubout > one-line.pub.pem',
    makes: 'one-line.pub.pem',
  },
  {
    file: 'p12.txt',
    content: testKey('rsa-2048-modern.p12').toString('base64'),
    says: `${PRIVATE}${HALF}`,
    command: 'base64 -d p12.txt | openssl pkey -pubout > p12.pub.pem',
    makes: 'p12.pub.pem',
    given,
  },
  {
    file: 'private.hex',
    content: pkcs8Der.toString('hex'),
    says: `${PRIVATE} in hexadecimal${HALF}`,
    command: 'xxd -r -p < private.hex | openssl pkey -pubout > private.pub.pem',
    makes: 'private.pub.pem',
  },
  {
    file: 'joined.pem',
    content: pkcs8.toString().replaceAll('\n', ''),
    says: `${PRIVATE} in PEM without its line breaks${HALF}`,
    command:
      "sed 's/-----[^-]*-----//g' joined.pem | base64 -d | openssl pkey -pubout > joined.pub.pem",
    makes: 'joined.pub.pem',
  },
  {
    file: 'literal.pem',
    content: pkcs8.toString().replaceAll('\n', String.raw`\n`),
    says: String.raw`${PRIVATE} with \n in place of line breaks${HALF}`,
    command: String.raw`awk '{gsub(/(\\+r)?\\+n/,"\n")}1' literal.pem | openssl pkey -pubout > literal.pub.pem`,
    makes: 'literal.pub.pem',
  },
  {
    file: 'utf-16.pem',
    content: Buffer.from(`\ufeff${pkcs8.toString()}`, 'utf16le'),
    says: `${PRIVATE} in UTF-16${HALF}`,
    command: 'iconv -f UTF-16 -t UTF-8 utf-16.pem | openssl pkey -pubout > utf-16.pub.pem',
    makes: 'utf-16.pub.pem',
  },
  {
    file: 'key.json',
    content: JSON.stringify({ name: 'k', privateKey: pkcs8.toString() }),
    says: `${PRIVATE} in JSON${HALF}`,
    command: 'jq -r .privateKey key.json | openssl pkey -pubout > key.pub.pem',
    makes: 'key.pub.pem',
  },
  {
    file: 'private.jwk',
    content: JSON.stringify(privateJwk),
    says: `${PRIVATE} in a JWK${HALF}`,
    command: "jq '{kty,n,e}' private.jwk > private.pub.jwk",
    makes: 'private.pub.jwk',
  },
  {
    file: 'id_rsa',
    content: formOf('openssh-private'),
    says: `${PRIVATE} in OpenSSH's format${HALF}`,
    command: 'chmod 600 id_rsa && ssh-keygen -e -m PKCS8 -f id_rsa > id_rsa.pub.pem',
    makes: 'id_rsa.pub.pem',
  },
  {
    file: 'putty.ppk',
    content: formOf('putty.ppk'),
    says: `${PRIVATE} in PuTTY's format${HALF}`,
    command: 'puttygen putty.ppk -L | ssh-keygen -e -m PKCS8 -f /dev/stdin > putty.pub.pem',
    makes: 'putty.pub.pem',
  },
];
