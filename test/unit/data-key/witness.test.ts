import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { WitnessBackup, WitnessRequest } from '../../../src/data-key/witness/witness.ts';
import { witnessCommands } from '../../../src/data-key/witness/witness.ts';
import { findWrappingAlgorithm } from '../../../src/wrapping/algorithms.ts';

const SHA_256 = findWrappingAlgorithm('RSAES_OAEP_SHA_256');
const SHA_1 = findWrappingAlgorithm('RSAES_OAEP_SHA_1');

function backup(change: Partial<WitnessBackup> = {}): WitnessBackup {
  return {
    label: 'backup.json',
    place: { kind: 'field', path: 'backup.json', filter: '.CiphertextBlob' },
    context: undefined,
    algorithm: SHA_256,
    gateway: {
      endpoint: 'https://kms.cn-hangzhou.aliyuncs.com',
      region: 'cn-hangzhou',
      origin: { kind: 'key variables' },
      route: { kind: 'no proxy is set' },
      caFile: undefined,
      onlyCaFile: false,
      resolve: undefined,
    },
    beside: undefined,
    ...change,
  };
}

function request(change: Partial<WitnessRequest> = {}): WitnessRequest {
  return {
    privateKey: undefined,
    export: undefined,
    backups: [backup()],
    checkValues: [{ Method: 'SHA256-LABEL', Value: '0'.repeat(32) }],
    ...change,
  };
}

const aliyun = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.includes('aliyun kms'));

describe('the commands of a witness', () => {
  it('call ExportDataKey with the parameters that kmsx sent', () => {
    const context = { purpose: 'payments', ['__proto__']: 'kept' };
    const [call] = aliyun(
      witnessCommands(request({ backups: [backup({ context, algorithm: SHA_1 })] })),
    );
    expect(call).toBe(
      `aliyun kms ExportDataKey --CiphertextBlob "$blob" --EncryptionContext '${JSON.stringify(context)}' --PublicKeyBlob "$publickey" --WrappingKeySpec RSA_2048 --WrappingAlgorithm RSAES_OAEP_SHA_1 --region cn-hangzhou --endpoint kms.cn-hangzhou.aliyuncs.com --secure > "$folder/backup-1.json"`,
    );
  });

  it('go to the address, the profile and the authority that kmsx used', () => {
    const gateway = {
      endpoint: 'http://[::1]:8080',
      region: undefined,
      origin: { kind: 'profile', name: 'my profile', lacksSessionName: false },
      route: { kind: 'direct', host: '::1' },
      caFile: 'ca file.pem',
      onlyCaFile: false,
      resolve: undefined,
    } as const;
    const place = { kind: 'secret', name: 'vault/a', filter: '.CiphertextBlob' } as const;
    const calls = aliyun(witnessCommands(request({ backups: [backup({ gateway, place })] })));
    expect(calls).toHaveLength(2);
    for (const call of calls) {
      expect(call).toMatch(
        /(?:^|\()SSL_CERT_FILE='ca file\.pem' NO_PROXY="::1\$\{NO_PROXY:\+,\$NO_PROXY\}" no_proxy="::1\$\{no_proxy:\+,\$no_proxy\}" aliyun kms /,
      );
      expect(call).toContain(
        `--profile 'my profile' --region cn-hangzhou --endpoint '[::1]:8080' --insecure`,
      );
    }
  });

  it('say once, on stderr, what aliyun does otherwise', () => {
    const host = 'kst-a.cryptoservice.kms.aliyuncs.com';
    const gateway = {
      endpoint: `https://${host}:8443`,
      region: undefined,
      origin: undefined,
      route: { kind: 'no proxy is set' },
      caFile: 'ca file.pem',
      onlyCaFile: true,
      resolve: { host, port: 8443, address: '127.0.0.1' },
    } as const;
    const backups = [backup({ gateway }), backup({ gateway })];
    const lines = witnessCommands(request({ backups }));
    const notes = lines.filter((line) => line.includes('note: '));
    expect(notes).toHaveLength(2);
    const { stdout, stderr } = spawnSync('sh', [], { input: notes.join('\n'), encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^note: kmsx trusts ca file\.pem alone.*macOS/m);
    expect(stderr).toContain(`--resolve ${host}:8443:127.0.0.1, and aliyun has no such option`);
    expect(stderr).toContain(`"127.0.0.1 ${host}" in /etc/hosts`);
    for (const call of aliyun(lines).filter((line) => line.includes('ExportDataKey'))) {
      expect(call).toMatch(/^SSL_CERT_FILE='ca file\.pem' SSL_CERT_DIR="\$folder\/none" aliyun /);
    }
    expect(witnessCommands(request()).join('\n')).not.toContain('note: ');
  });

  it.each([
    ['proxy', 'HTTPS_PROXY', ''],
    ['proxy', 'https_proxy', 'HTTPS_PROXY="$https_proxy" '],
    ['proxy', 'ALL_PROXY', 'HTTPS_PROXY="$ALL_PROXY" '],
  ] as const)('go through the %s of %s', (kind, variable, before) => {
    const { gateway } = backup();
    const backups = [backup({ gateway: { ...gateway, route: { kind, variable } } })];
    const [call] = aliyun(witnessCommands(request({ backups })));
    expect(call).toMatch(new RegExp(`^${before.replace('$', '\\$')}aliyun kms ExportDataKey `));
  });

  it('ask as the caller that kmsx was, and of a file that aliyun does not read', () => {
    const { gateway } = backup();
    const origin = { kind: 'section', name: 'prod', file: '~/.alibabacloud/credentials' } as const;
    const lines = witnessCommands(
      request({ backups: [backup({ gateway: { ...gateway, origin } })] }),
    );
    expect(lines.filter((line) => line.includes('note: '))).toEqual([
      expect.stringMatching(
        /section prod of ~\/\.alibabacloud\/credentials, which aliyun does not read/,
      ),
    ]);
    expect(lines).toContain('export ALIBABA_CLOUD_IGNORE_PROFILE=TRUE');
  });

  it('are POSIX shell, whatever files, contexts and names are called', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 12, unit: 'binary' })
      .filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(word, word, word, (path, label, value) => {
        const lines = witnessCommands(
          request({
            privateKey: { path, passphraseSource: `file:${value}` },
            export: {
              label,
              place: { kind: 'field', path, filter: '.Exports[0].ExportedDataKey' },
              algorithm: SHA_256,
              exportedDataKey: '',
            },
            backups: [
              backup({ label, context: { [label]: value } }),
              backup({ label, place: { kind: 'field', path, filter: '.CiphertextBlob' } }),
            ],
          }),
        );
        // -n reads the commands and runs none.
        const { status, stderr } = spawnSync('sh', ['-n'], {
          input: lines.join('\n'),
          encoding: 'utf8',
        });
        expect(status, stderr).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('hand every word to the programs as it is', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((text) => !/[\0\n]/.test(text) && !text.startsWith('-'));
    fc.assert(
      fc.property(word, word, (path, value) => {
        const lines = witnessCommands(
          request({
            backups: [
              backup({
                place: { kind: 'field', path, filter: '.CiphertextBlob' },
                context: { name: value },
              }),
            ],
          }),
        );
        const blob = lines.find((line) => line.startsWith('blob=')) ?? '';
        const [call = ''] = aliyun(lines);
        // Both programs are functions here that print their arguments.
        const script = [
          `jq() { printf '%s\\n' "$3"; }`,
          `aliyun() { printf '%s\\n' "$6"; }`,
          'publickey=p',
          blob,
          `printf '%s\\n' "$blob"`,
          call.replace(/ > "\$folder\/[^"]*"$/, ''),
        ].join('\n');
        const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
        expect(stdout).toBe(`${path}\n${JSON.stringify({ name: value })}\n`);
      }),
      { numRuns: 40 },
    );
  });

  it('take no file name for an option', () => {
    const place = { kind: 'field', path: '-rf.json', filter: '.CiphertextBlob' } as const;
    const lines = witnessCommands(request({ backups: [backup({ place })] }));
    expect(lines).toContain('blob=$(jq -ej .CiphertextBlob ./-rf.json)');
  });

  it('hold several backups against each other where there is no export', () => {
    const lines = witnessCommands(
      request({ backups: [backup({ label: 'one' }), backup({ label: 'two' })], checkValues: [] }),
    );
    expect(lines.filter((line) => line === 'expected=$actual')).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('if [ "$actual" = "$expected" ]'))).toHaveLength(
      2,
    );
    expect([lines[0], lines.at(-1)]).toEqual(['(', ')']);
  });
});
