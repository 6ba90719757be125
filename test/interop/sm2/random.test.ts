/* Random data keys, encrypted as the embedded KMS does it: kmsx opens them in every form, and the openssl program in its own. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { encryptSm2, readSm2Key } from '../../../src/local-kms/encryption/sm2.ts';
import { decryptSm2 } from '../../../src/wrapping/sm2/decrypt.ts';
import { makeSm2Key } from '../../../src/wrapping/sm2/private-key.ts';
import { sm2Forms } from '../../support/wrapping/sm2-forms.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const KEYS = 5;
/** In five forms each: 10,000 cases. */
const DATA_KEYS = 400;
/** Of all keys together 1,000. */
const FOR_OPENSSL = 200;

const folder = useTempFolder();
const inFolder = (name: string): string => join(folder(), name);

it.each(Array.from({ length: KEYS }, (_, index) => index))(
  `opens each form of ${DATA_KEYS} ciphertexts of the embedded KMS, and openssl ${FOR_OPENSSL} of them: key %i`,
  async (run) => {
    const privateKey = makeSm2Key();
    const own = readSm2Key(privateKey.export({ type: 'pkcs8', format: 'der' }));
    if (own === undefined) throw new Error('the embedded KMS does not read a key of kmsx');
    const dataKeys: Buffer[] = [];
    for (let index = 0; index < DATA_KEYS; index += 1) {
      // Every length from 1 to 256 bytes, several times.
      const dataKey = randomBytes(1 + ((run * DATA_KEYS + index) % 256));
      const raw = encryptSm2(dataKey, own.point) ?? Buffer.alloc(0);
      const forms = Object.entries(sm2Forms(raw));
      expect(forms).toHaveLength(5);
      for (const [form, bytes] of forms) {
        const opened = decryptSm2(bytes, BigInt(`0x${own.scalar}`));
        expect(opened, `${form} of ${raw.toString('hex')}`).toEqual({ form, plaintext: dataKey });
      }
      if (index < FOR_OPENSSL) writeFileSync(inFolder(`${index}.der`), sm2Forms(raw).DER);
      dataKeys.push(dataKey);
      await setImmediate();
    }

    writeFileSync(inFolder('k.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const decrypting = 'openssl pkeyutl -decrypt -inkey k.pem -in "$n.der" -out "$n"';
    const loop = `n=0; while [ -e "$n.der" ]; do ${decrypting} || exit 1; n=$((n + 1)); done`;
    await promisify(execFile)('sh', ['-c', loop], { cwd: folder() });
    for (const [index, dataKey] of dataKeys.slice(0, FOR_OPENSSL).entries()) {
      expect(readFileSync(inFolder(`${index}`))).toEqual(dataKey);
    }
  },
);
