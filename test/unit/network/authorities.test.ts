import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hintsFor } from '../../../src/terminal/hints/hints.ts';
import type { Authorities } from '../../../src/network/authorities.ts';
import { loadAuthorities } from '../../../src/network/authorities.ts';
import type { Env } from '../../../src/base/env.ts';
import { failure } from '../../support/kms/clients.ts';
import { tlsFile } from '../../support/network/servers.ts';

const CA = readFileSync(tlsFile('ca.pem'), 'utf8');
const EXPIRED = readFileSync(tlsFile('expired.pem'), 'utf8');
const KEY = readFileSync(tlsFile('sts.key.pem'), 'utf8');
const OTHER = readFileSync(tlsFile('self-signed.pem'), 'utf8');
const DER = Buffer.from(CA.replaceAll(/-----.*-----/g, ''), 'base64');

function fileWith(text: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'kmsx-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'ca.pem');
  writeFileSync(path, text);
  return path;
}

/** As of 2026, when all of test/keys/tls but `expired` are valid. */
function load(
  caFile: string | undefined,
  env: Env = {},
  now = new Date('2026-01-01T00:00:00Z'),
): Promise<Authorities | undefined> {
  return loadAuthorities(caFile, env, now);
}

describe('loadAuthorities', () => {
  test("is Node's own default without a file", async () => {
    expect(await load(undefined, { NODE_EXTRA_CA_CERTS: '/nowhere' })).toBeUndefined();
  });

  test('adds the file to the built-in authorities and those of NODE_EXTRA_CA_CERTS', async () => {
    const env = { NODE_EXTRA_CA_CERTS: fileWith(OTHER) };
    const authorities = await load(fileWith(CA), env);
    expect(authorities?.ofFile).toEqual([CA.trim()]);
    expect(authorities?.all).toEqual([...rootCertificates, OTHER.trim(), CA.trim()]);
  });

  test('takes every certificate of a file, and text between them', async () => {
    const authorities = await load(fileWith(`first\n${CA}second\n${OTHER}`), {});
    expect(authorities?.ofFile).toEqual([CA.trim(), OTHER.trim()]);
  });

  test.each<[string, string | Buffer, string]>([
    ['without a certificate', 'nothing', 'none'],
    ['with a certificate and a private key', `${CA}${KEY}`, 'private-key'],
    ['whose second certificate is cut short', `${CA}${OTHER.slice(0, 300)}`, 'damaged'],
    ['with a comment in a certificate', CA.replace('MII', '# a-comment\nMII'), 'damaged'],
    ['whose only certificate has expired', EXPIRED, 'expired'],
    ['that is empty', '', 'none'],
    ['in DER', DER, 'none'],
    ['with a private key alone', KEY, 'private-key'],
    ['with a damaged certificate', `${CA}${CA.replace('MII', 'AAA')}`, 'damaged'],
  ])('refuses a file %s', async (_, content, reason) => {
    const error = await failure(load(fileWith(content)));
    expect(error.code).toBe('ca-file-malformed');
    expect(error.kind).toBe('usage');
    expect(error).toMatchObject({ details: { reason } });
  });

  test('takes what is only text of other systems: carriage returns, a byte order mark', async () => {
    const text = `\ufeff# the KMS instance\r\n${`${CA}# and the proxy\n${OTHER}`.replaceAll('\n', '\r\n')}`;
    expect((await load(fileWith(text)))?.ofFile).toHaveLength(2);
  });

  test('takes an authority that has expired beside a newer one', async () => {
    const authorities = await load(fileWith(`${EXPIRED}${CA}`));
    expect(authorities?.ofFile).toEqual([EXPIRED.trim(), CA.trim()]);
  });

  test.each<[string, string | Buffer, string]>([
    ['DER', DER, 'openssl x509 -inform DER -in '],
    ['a private key', `${CA}${KEY}`, 'openssl x509 -in '],
    ['what has expired', EXPIRED, 'date -u'],
    ['nothing', 'nothing', '-----BEGIN CERTIFICATE-----'],
  ])('says what to type where it finds %s', async (_, content, hint) => {
    const path = fileWith(content);
    const hints = hintsFor(await failure(load(path)));
    expect(hints).toHaveLength(1);
    expect(hints[0]).toContain(hint);
    if (hint.startsWith('openssl')) expect(hints[0]).toContain(`${hint}${path}`);
  });

  test('says that a file is not there, also one of NODE_EXTRA_CA_CERTS', async () => {
    expect((await failure(load('/nowhere/ca.pem'))).code).toBe('file-missing');
    const env = { NODE_EXTRA_CA_CERTS: '/nowhere/extra.pem' };
    expect((await failure(load(fileWith(CA), env))).message).toContain('extra.pem');
  });

  test('says that a folder cannot be read', async () => {
    expect((await failure(load(tmpdir()))).code).toBe('input-is-folder');
  });
});
