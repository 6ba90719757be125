import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadAuthorities } from '../../../src/kms/authorities.ts';
import { failure } from './clients.ts';
import { tlsFile } from './servers.ts';

const CA = readFileSync(tlsFile('ca.pem'), 'utf8');
const OTHER = readFileSync(tlsFile('self-signed.pem'), 'utf8');

function fileWith(text: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'kmsx-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'ca.pem');
  writeFileSync(path, text);
  return path;
}

describe('loadAuthorities', () => {
  test("is Node's own default without a file", async () => {
    expect(await loadAuthorities(undefined, { NODE_EXTRA_CA_CERTS: '/nowhere' })).toBeUndefined();
  });

  test('adds the file to the built-in authorities and those of NODE_EXTRA_CA_CERTS', async () => {
    const env = { NODE_EXTRA_CA_CERTS: fileWith(OTHER) };
    const authorities = await loadAuthorities(fileWith(CA), env);
    expect(authorities?.ofFile).toEqual([CA.trim()]);
    expect(authorities?.all).toEqual([...rootCertificates, OTHER.trim(), CA.trim()]);
  });

  test('takes every certificate of a file, and text between them', async () => {
    const authorities = await loadAuthorities(fileWith(`first\n${CA}second\n${OTHER}`), {});
    expect(authorities?.ofFile).toEqual([CA.trim(), OTHER.trim()]);
  });

  test.each<[string, string | Buffer, string]>([
    ['without a certificate', 'nothing', 'none'],
    ['that is empty', '', 'none'],
    ['in DER', Buffer.from(CA.replaceAll(/-----.*-----/g, ''), 'base64'), 'none'],
    ['with a private key alone', readFileSync(tlsFile('sts.key.pem')), 'private-key'],
    ['with a damaged certificate', `${CA}${CA.replace('MII', 'AAA')}`, 'damaged'],
  ])('refuses a file %s', async (_, content, reason) => {
    const error = await failure(loadAuthorities(fileWith(content), {}));
    expect(error.code).toBe('ca-file-malformed');
    expect(error.kind).toBe('usage');
    expect(error.details['reason']).toBe(reason);
  });

  test('says that a file is not there, also one of NODE_EXTRA_CA_CERTS', async () => {
    expect((await failure(loadAuthorities('/nowhere/ca.pem', {}))).code).toBe('file-missing');
    const env = { NODE_EXTRA_CA_CERTS: '/nowhere/extra.pem' };
    expect((await failure(loadAuthorities(fileWith(CA), env))).message).toContain('extra.pem');
  });

  test('says that a folder cannot be read', async () => {
    expect((await failure(loadAuthorities(tmpdir(), {}))).code).toBe('file-unreadable');
  });
});
