import { readdirSync, statSync } from 'node:fs';
import { createPublicKey } from 'node:crypto';
import { decodeBase64Bytes } from '../../../../src/base/bytes/base64-bytes.ts';
import { kmsxError } from '../../../../src/base/error.ts';
import { readDer, readDerChildren } from '../../../../src/wrapping/der.ts';
import { readPem } from '../../../../src/wrapping/pem.ts';
import {
  describePrivateKey,
  readPrivateKey,
} from '../../../../src/wrapping/private-key/private-key.ts';
import { readPublicKey } from '../../../../src/wrapping/public-key/public-key.ts';
import { testKey, testKeyPath } from '../../wrapping/wrapping-keys.ts';
import type { Reader } from '../fuzz.ts';

/** Every file of test/keys: keys and certificates of all kinds and in all forms. */
const FILES = readdirSync(testKeyPath('.'))
  .filter((name) => !/\.(?:ts|md)$/.test(name) && statSync(testKeyPath(name)).isFile())
  .map(testKey);

const jwkOf = (name: string): string =>
  JSON.stringify(createPublicKey(testKey(name)).export({ format: 'jwk' }));

const JWK = jwkOf('rsa-2048.pem');

/** What is behind a passphrase costs time by design; what leads there is read before it is asked for. */
const noPassphrase = () => Promise.reject(kmsxError('passphrase-missing', 'there is none'));

/** What reads keys. */
export const KEY_READERS: readonly Reader[] = [
  {
    name: 'public keys',
    samples: [...FILES, JWK, `{"keys":[${JWK}]}`, jwkOf('ec-p256.pem')],
    read: (bytes) => readPublicKey(bytes, 'FILE'),
  },
  {
    name: 'private keys',
    samples: FILES,
    read: (bytes) => readPrivateKey(bytes, 'FILE', noPassphrase),
    perThousand: 300,
  },
  {
    name: 'descriptions of private keys',
    samples: FILES,
    read: (bytes) => describePrivateKey(bytes, 'FILE'),
    perThousand: 300,
  },
  {
    name: 'DER',
    samples: FILES.filter((bytes) => bytes[0] === 0x30),
    read: (bytes) => readDerChildren(readDer(bytes)?.content ?? bytes),
  },
  { name: 'PEM', samples: FILES, read: readPem },
  {
    name: 'base64',
    samples: ['QUJDRA==', 'QUJD', 'QUI=', '\nQU\tJD \n'],
    read: decodeBase64Bytes,
  },
];
