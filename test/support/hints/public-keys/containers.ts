import { testKey } from '../../wrapping/wrapping-keys.ts';
import type { PublicKeyForm } from './form.ts';
import { derOf, formOf, PUBLIC } from './form.ts';

const csr = testKey('rsa-2048-csr.pem');

const gpg = (file: string): string =>
  `(export GNUPGHOME="$(mktemp -d)"; gpg -q --batch --import ${file}; gpg -q --export-ssh-key 355022B51824061D376E8E76233A977FD2971EB5!; rm -rf "$GNUPGHOME") | ssh-keygen -e -m PKCS8 -f /dev/stdin`;

/** What other programs write. */
export const CONTAINERS: readonly PublicKeyForm[] = [
  {
    file: 'request.csr',
    content: csr,
    says: `${PUBLIC} in a certificate request (CSR)`,
    command: 'openssl req -in request.csr -noout -pubkey > request.pub.pem',
    makes: 'request.pub.pem',
  },
  {
    file: 'csr.der',
    content: derOf(csr),
    says: `${PUBLIC} in a certificate request (CSR)`,
    command: 'openssl req -in csr.der -inform DER -noout -pubkey > csr.pub.pem',
    makes: 'csr.pub.pem',
  },
  {
    file: 'csr.b64',
    content: derOf(csr).toString('base64'),
    says: `${PUBLIC} in base64 and in a certificate request (CSR)`,
    command: 'base64 -d csr.b64 | openssl req -inform DER -noout -pubkey > csr.pub.pem',
    makes: 'csr.pub.pem',
  },
  {
    file: 'certificate.p7b',
    content: formOf('certificate.p7b'),
    says: `${PUBLIC} in PKCS#7`,
    command: 'openssl pkcs7 -in certificate.p7b -print_certs > certificate.pub.pem',
    makes: 'certificate.pub.pem',
  },
  {
    file: 'cms.pem',
    content: formOf('certificate.p7b').toString().replaceAll('PKCS7', 'CMS'),
    says: `${PUBLIC} in PKCS#7`,
    command: "sed 's/ CMS-/ PKCS7-/' cms.pem | openssl pkcs7 -print_certs > cms.pub.pem",
    makes: 'cms.pub.pem',
  },
  {
    file: 'p7.der',
    content: derOf(formOf('certificate.p7b')),
    says: `${PUBLIC} in PKCS#7`,
    command: 'openssl pkcs7 -in p7.der -inform DER -print_certs > p7.pub.pem',
    makes: 'p7.pub.pem',
  },
  {
    file: 'trusted.pem',
    content: formOf('trusted.pem'),
    says: `${PUBLIC} in a trusted certificate of OpenSSL`,
    command: 'openssl x509 -in trusted.pem > trusted.pub.pem',
    makes: 'trusted.pub.pem',
  },
  {
    file: 'openssh.pub',
    content: formOf('openssh.pub'),
    says: `${PUBLIC} in OpenSSH's format`,
    command: 'ssh-keygen -e -m PKCS8 -f openssh.pub > openssh.pub.pem',
    makes: 'openssh.pub.pem',
  },
  {
    file: 'ssh2.pub',
    content: formOf('ssh2.pub'),
    says: `${PUBLIC} in the format of RFC 4716 (SSH2)`,
    command: 'ssh-keygen -i -f ssh2.pub | ssh-keygen -e -m PKCS8 -f /dev/stdin > ssh2.pub.pem',
    makes: 'ssh2.pub.pem',
  },
  {
    file: 'key.jks',
    content: formOf('wrapping.jks'),
    says: `${PUBLIC} in a Java keystore (JKS)`,
    command:
      "keytool -exportcert -rfc -storetype JKS -alias 'wrapping key' -keystore key.jks > key.pub.pem",
    answers: 'test-passphrase\n',
    makes: 'key.pub.pem',
  },
  {
    file: 'openpgp.asc',
    content: formOf('openpgp.asc'),
    says: `${PUBLIC} in OpenPGP`,
    command: `${gpg('openpgp.asc')} > openpgp.pub.pem`,
    makes: 'openpgp.pub.pem',
    isOther: true,
  },
  {
    file: 'openpgp.gpg',
    content: formOf('openpgp.gpg'),
    says: `${PUBLIC} in OpenPGP`,
    command: `${gpg('openpgp.gpg')} > openpgp.pub.pem`,
    makes: 'openpgp.pub.pem',
    isOther: true,
  },
];
