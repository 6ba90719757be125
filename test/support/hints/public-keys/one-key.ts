import { testKey } from '../../wrapping/wrapping-keys.ts';
import { encodePem } from '../../../../src/wrapping/pem.ts';
import type { PublicKeyForm } from './form.ts';
import { pem } from './form.ts';

const der = testKey('rsa-2048-pub.der');
const certificateDer = testKey('rsa-2048-cert.der');
const and = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.from([1])]);
const MORE = 'has more bytes after its public key';
const FIRST_BLOCK = String.raw`sed '/^-----END /{s/^\(-----END [^-]*-----\).*/\1/;q;}'`;

/** A file that holds more than one key. */
export const MORE_THAN_A_KEY: readonly PublicKeyForm[] = [
  ...[
    { file: 'comment.pem', content: `${pem}# the wrapping key\n`, command: FIRST_BLOCK },
    { file: 'word.pem', content: `${pem.trimEnd()} ok\n`, command: FIRST_BLOCK },
    {
      file: 'certificate.crt',
      content: `${testKey('rsa-2048-cert-text.pem').toString()}subject: CN=x\n`,
      command: FIRST_BLOCK,
    },
    { file: 'spki.der', content: and(der), command: 'openssl pkey -in FILE -pubin' },
    { file: 'certificate.cer', content: and(certificateDer), command: 'openssl x509 -in FILE' },
    {
      file: 'pkcs1.der',
      content: and(testKey('rsa-2048-pub-pkcs1.der')),
      command: 'openssl pkey -in FILE -pubin',
    },
    {
      file: 'inside.pem',
      content: encodePem('PUBLIC KEY', and(der)),
      command: 'openssl pkey -in FILE -pubin',
    },
    {
      file: 'inside.crt',
      content: encodePem('CERTIFICATE', and(certificateDer)),
      command: 'openssl x509 -in FILE',
    },
    {
      file: 'key.b64',
      content: and(der).toString('base64'),
      command: 'base64 -d FILE | openssl pkey -pubin',
    },
  ].map(({ file, content, command }) => {
    const makes = file.replace(/\.\w+$/, '.pub.pem');
    const typed = command === FIRST_BLOCK ? `${command} ${file}` : command.replace('FILE', file);
    return { file, content, says: MORE, command: `${typed} > ${makes}`, makes };
  }),
  {
    file: 'my keys.pem',
    content: `${pem}\nthe other one:\n${testKey('rsa-2048-pub-pkcs1.pem').toString()}`,
    says: 'holds 2 PEM blocks where one key belongs',
    command: `awk '/^-----BEGIN /{n++;p=1}p{print > ("my keys.pub." n ".pem")}/^-----END /{p=0}' 'my keys.pem'`,
    makes: 'my keys.pub.2.pem',
  },
];
