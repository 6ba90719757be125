/* Makes the test keys of this folder anew: node scripts/run-ts.js test/keys/make.ts
   Needs the openssl and ssh-keygen programs. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { makeEveryForm, openssl, PASSPHRASE } from './forms.ts';

const folder = 'test/keys';

const genpkey = (file: string, algorithm: string, ...options: string[]): void => {
  const pkeyopts = options.flatMap((option) => ['-pkeyopt', option]);
  openssl(folder, ['genpkey', '-algorithm', algorithm, ...pkeyopts, '-out', file]);
};

makeEveryForm(folder, 'rsa-2048', 2048);
genpkey('other-2048.pem', 'RSA', 'rsa_keygen_bits:2048');
genpkey('rsa-3072.pem', 'RSA', 'rsa_keygen_bits:3072');
genpkey('rsa-4096.pem', 'RSA', 'rsa_keygen_bits:4096');
genpkey('three-primes-2048.pem', 'RSA', 'rsa_keygen_bits:2048', 'rsa_keygen_primes:3');
genpkey('exponent-3.pem', 'RSA', 'rsa_keygen_bits:2048', 'rsa_keygen_pubexp:3');
genpkey('rsa-pss.pem', 'RSA-PSS', 'rsa_keygen_bits:2048');
genpkey('ec-p256.pem', 'EC', 'ec_paramgen_curve:P-256');
genpkey('ed25519.pem', 'ED25519');
genpkey('sm2.pem', 'SM2');
openssl(folder, [
  ...['genpkey', '-genparam', '-algorithm', 'DSA', '-pkeyopt', 'dsa_paramgen_bits:2048'],
  ...['-out', 'dsa-parameters.tmp'],
]);
openssl(folder, ['genpkey', '-paramfile', 'dsa-parameters.tmp', '-out', 'dsa.pem']);
rmSync(`${folder}/dsa-parameters.tmp`);
openssl(folder, ['dsa', '-in', 'dsa.pem', '-outform', 'DER', '-out', 'dsa-traditional.der']);
openssl(folder, ['pkey', '-in', 'sm2.pem', '-outform', 'DER', '-out', 'sm2-sec1.der']);
openssl(folder, ['ec', '-in', 'ec-p256.pem', '-out', 'ec-p256-sec1.pem']);
openssl(folder, [
  ...['req', '-new', '-key', 'rsa-2048.pem', '-subj', '/CN=kmsx test key'],
  ...['-out', 'rsa-2048-csr.pem'],
]);
const export12 = ['pkcs12', '-export', '-passout', `pass:${PASSPHRASE}`];
for (const name of ['three-primes-2048', 'ec-p256', 'rsa-pss']) {
  openssl(folder, [...export12, '-nocerts', '-inkey', `${name}.pem`, '-out', `${name}.p12`]);
}
openssl(folder, [
  ...[...export12, '-nokeys', '-in', 'rsa-2048-cert.pem', '-out', 'certificate-only.p12'],
]);
for (const file of ['openssh', 'openssh.pub']) rmSync(`${folder}/${file}`, { force: true });
execFileSync(
  'ssh-keygen',
  ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-C', 'kmsx test key', '-f', 'openssh'],
  { cwd: folder },
);
