import { spawnSync } from 'node:child_process';
import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import forge from 'node-forge';
import { unwrapRsaOaep } from '../src/wrapping/rsa-oaep.ts';
import type { Contender } from './round-robin.ts';
import { medianTimes } from './round-robin.ts';
import { markdownTable, verdict } from './table.ts';

const ROUNDS = 41;
const TARGET = 2;

interface Case extends Contender {
  readonly target?: number;
}

/**
 * Times one unwrap by RSAES_OAEP_SHA_256 with a private key of 2048 bits that is in memory already (the
 * program in a process of its own reads it from a file each time). Each way is checked to give the data key.
 *
 * @param folder - takes the files for the openssl program
 */
export function unwrapTable(folder: string): string {
  const cases = makeCases(folder);
  const times = medianTimes(cases, ROUNDS);
  const [base = NaN] = times;
  return markdownTable(
    [
      `One unwrap (RSAES_OAEP_SHA_256, 2048 bits), median of ${ROUNDS}`,
      'ms',
      'a second',
      '× `privateDecrypt`',
      'target',
      '',
    ],
    cases.map(({ name, target }, index) => {
      const time = times[index] ?? NaN;
      const [rate, ratio] = [Math.round(1000 / time), time / base];
      return [name, time.toFixed(2), `${rate}`, ratio.toFixed(2), ...verdict(ratio, target)];
    }),
  );
}

function makeCases(folder: string): Case[] {
  const { privateKey: pem, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const dataKey = randomBytes(32);
  const wrapped = publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, dataKey);
  const key = createPrivateKey(pem);

  const cases: (Omit<Case, 'run'> & { readonly unwrap: () => Buffer })[] = [
    {
      name: "OpenSSL's own `privateDecrypt`, in Node",
      runsPerRound: 10,
      unwrap: () => privateDecrypt({ key, padding, oaepHash: 'sha256' }, wrapped),
    },
    {
      name: 'kmsx: raw RSA by OpenSSL, decoding by node-forge',
      runsPerRound: 10,
      target: TARGET,
      unwrap: () => unwrapRsaOaep(wrapped, key, 'sha256').bytes,
    },
    { name: 'node-forge alone', unwrap: forgeUnwrap(pem, wrapped) },
  ];
  if (spawnSync('openssl', ['version']).status === 0) {
    const name = '`openssl pkeyutl -decrypt`, a process each';
    cases.push({ name, unwrap: opensslUnwrap(pem, wrapped, folder) });
  } else {
    console.error('openssl is not installed: no figures for openssl pkeyutl');
  }
  return cases.map(({ unwrap, ...rest }) => ({
    ...rest,
    run: () => {
      if (!unwrap().equals(dataKey)) throw new Error(`${rest.name} gives another data key`);
    },
  }));
}

/** @returns a way to unwrap with all of it in JavaScript, the RSA operation too */
function forgeUnwrap(pem: string, wrapped: Buffer): () => Buffer {
  const key = forge.pki.privateKeyFromPem(pem);
  const binary = wrapped.toString('latin1');
  return () => {
    const hashes = { md: forge.md.sha256.create(), mgf1: { md: forge.md.sha256.create() } };
    return Buffer.from(key.decrypt(binary, 'RSA-OAEP', hashes), 'latin1');
  };
}

function opensslUnwrap(pem: string, wrapped: Buffer, folder: string): () => Buffer {
  const [keyFile, wrappedFile] = [join(folder, 'openssl.pem'), join(folder, 'openssl.bin')];
  writeFileSync(keyFile, pem, { mode: 0o600 });
  writeFileSync(wrappedFile, wrapped);
  const scheme = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'];
  const options = scheme.flatMap((option) => ['-pkeyopt', option]);
  const args = ['pkeyutl', '-decrypt', '-inkey', keyFile, '-in', wrappedFile, ...options];
  return () => {
    const { status, stdout, stderr } = spawnSync('openssl', args);
    if (status !== 0) throw new Error(`openssl pkeyutl: ${stderr.toString()}`);
    return stdout;
  };
}
