/* Our verdict on signatures and that of `ssh-keygen -Y verify`: on made-up ones, and on its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verifySignatures } from '../../../src/record/signatures/verify.ts';
import { HEAD, messageOf, OTHER_HEAD } from '../../support/ssh/cases/case.ts';
import { SIGNATURE_CASES } from '../../support/ssh/cases/cases.ts';

const ALLOWED = 'allowed_signers';
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kmsx-signatures-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Asked {
  readonly file: Buffer;
  readonly allowed: string;
  /** RFC 3339, UTC. */
  readonly now?: string;
  /** A time zone. */
  readonly zone?: string;
}

function sshKeygen(argv: readonly string[], input = '', zone = 'UTC') {
  const env = { ...process.env, TZ: zone };
  return spawnSync('ssh-keygen', argv, { cwd: folder, input, encoding: 'utf8', env });
}

/** Has ssh-keygen make something. */
function made(argv: readonly string[], input = ''): string {
  const { status, stdout, stderr } = sshKeygen(argv, input);
  expect({ argv, status, stderr }).toEqual({ argv, status: 0, stderr });
  return stdout;
}

/** What ssh-keygen says of a signature by alice over the head; undefined if it accepts it. */
function refusalOfSshKeygen({ file, allowed, now, zone }: Asked): string | undefined {
  writeFileSync(join(folder, 'a.sig'), file);
  writeFileSync(join(folder, ALLOWED), allowed);
  const verify = ['-Y', 'verify', '-I', 'alice', '-n', 'kmsx-record', '-f', ALLOWED, '-s', 'a.sig'];
  const time = now === undefined ? [] : [`-Overify-time=${now.replaceAll(/[-:T]/g, '')}`];
  const run = sshKeygen([...verify, ...time], messageOf(HEAD), zone);
  return run.status === 0 ? undefined : run.stdout + run.stderr;
}

const ourVerdict = ({ file, allowed, now }: Asked) =>
  verifySignatures({
    heads: [HEAD],
    signatures: [{ label: 'a.sig', bytes: file }],
    allowedSigners: { label: ALLOWED, text: allowed },
    now: now === undefined ? new Date() : new Date(now),
  });

describe.each(SIGNATURE_CASES)('ssh-keygen on %s', (_, cases) => {
  it.each(cases.filter((row) => row.sshKeygen !== 'by version'))('$name: $sshKeygen', (row) => {
    const refusal = refusalOfSshKeygen(row);
    expect({ accepts: refusal === undefined, refusal }).toEqual({
      accepts: row.sshKeygen,
      refusal,
    });
  });
});

/** What `ssh-keygen -t` is told. */
const TYPES = ['ed25519', 'ecdsa -b 256', 'ecdsa -b 384', 'ecdsa -b 521', 'rsa -b 2048', 'rsa -b 4096']; // prettier-ignore

describe('a signature that ssh-keygen made', () => {
  const publicLine = (name: string): string =>
    readFileSync(join(folder, `${name}.pub`), 'utf8').trimEnd();

  beforeAll(() => {
    for (const type of [...TYPES, 'ed25519 -C ca', 'rsa -b 3072 -C ca']) {
      made(['-q', '-N', '', '-f', type, '-t', ...type.split(' ')]);
    }
    writeFileSync(join(folder, 'record.head'), messageOf(HEAD));
  });

  const sign = (
    name: string,
    { namespace = 'kmsx-record', head = HEAD, options = '' } = {},
  ): Buffer =>
    Buffer.from(
      made(
        ['-Y', 'sign', '-n', namespace, '-f', name, ...options.split(' ').filter(Boolean)],
        messageOf(head),
      ),
    );

  it.each(TYPES)('with %s', (type) => {
    const asked = { file: sign(type), allowed: `alice ${publicLine(type)}\n` };
    expect(refusalOfSshKeygen(asked)).toBeUndefined();
    const { valid, refused } = ourVerdict(asked);
    const keyFingerprint = made(['-l', '-f', type]).split(' ')[1];
    expect({ valid, refused }).toEqual({
      valid: [{ principal: 'alice', keyFingerprint, head: HEAD, label: 'a.sig' }],
      refused: [],
    });
    const found = made(['-Y', 'find-principals', '-f', ALLOWED, '-s', 'a.sig']);
    expect(found).toBe('alice\n');
  });

  it.each(TYPES.flatMap((type) => ['sha256', 'sha512'].map((hash) => [type, hash] as const)))(
    'with %s over %s',
    (type, hash) => {
      const file = sign(type, { options: `-Ohashalg=${hash}` });
      const asked = { file, allowed: `alice ${publicLine(type)}\n` };
      expect(refusalOfSshKeygen(asked)).toBeUndefined();
      expect(ourVerdict(asked).valid).toHaveLength(1);
    },
  );

  it.each([
    ['another namespace', { namespace: 'file' }, 'is for the namespace file, not kmsx-record'],
    ['another head', { head: OTHER_HEAD }, 'is over no head of this record, or was changed'],
  ])('over %s', (_, options, problem) => {
    const asked = { file: sign('ed25519', options), allowed: `alice ${publicLine('ed25519')}\n` };
    expect(refusalOfSshKeygen(asked)).toBeDefined();
    expect(ourVerdict(asked)).toEqual({ valid: [], refused: [{ label: 'a.sig', problem }] });
  });

  /** What `ssh-keygen -s` is told of a certificate, and whether a signature with it counts. */
  const CERTIFICATES: readonly (readonly [options: string, counts: boolean])[] = [
    ['-n alice', true],
    ['-n carol,alice', true],
    ['-n carol', false],
    ['', false],
    ['-n alice -h', false],
    ['-n alice -V 20260101Z:20270101Z', true],
    ['-n alice -V 20250101Z:20260101Z', false],
    ['-n alice -V 20270101Z:20280101Z', false],
    ['-n alice -O clear', true],
  ];
  const NOW = '2026-11-30T12:00:00Z';

  describe.each(['ed25519 -C ca', 'rsa -b 3072 -C ca'])('with a certificate of %s', (authority) => {
    afterEach(() => {
      rmSync(join(folder, 'ed25519-cert.pub'), { force: true });
    });

    it.each(CERTIFICATES)('%s: %s', (options, counts) => {
      const given = options.split(' ').filter(Boolean);
      made(['-q', '-s', authority, '-I', 'id', ...given, 'ed25519.pub']);
      const allowed = `alice,bob cert-authority ${publicLine(authority)}\n`;
      const asked = { file: sign('ed25519-cert.pub'), allowed, now: NOW };
      expect(refusalOfSshKeygen(asked) === undefined).toBe(counts);
      const keyFingerprint = made(['-l', '-f', 'ed25519']).split(' ')[1]; // the certificate is of this key
      expect(ourVerdict(asked).valid).toEqual(
        counts ? [{ principal: 'alice', keyFingerprint, head: HEAD, label: 'a.sig' }] : [],
      );
      expect(
        refusalOfSshKeygen({ ...asked, allowed: `alice ${publicLine('ed25519')}` }),
      ).toBeDefined();
    });
  });
});

describe('a time without Z', () => {
  const zone = process.env['TZ'];

  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  const file = SIGNATURE_CASES[0]?.[1][0];

  it.each([
    ['Asia/Shanghai', '20260701', '2026-06-30T16:00:00Z'],
    ['Asia/Shanghai', '202601011200', '2026-01-01T04:00:00Z'],
    ['Europe/Berlin', '20260101', '2025-12-31T23:00:00Z'],
    ['Europe/Berlin', '20260701', '2026-06-30T23:00:00Z'], // standard time, in summer too
    ['America/New_York', '20260701120000', '2026-07-01T17:00:00Z'],
    ['Australia/Sydney', '20260101', '2025-12-31T14:00:00Z'],
    ['Asia/Kolkata', '20260101', '2025-12-31T18:30:00Z'],
  ])('in %s: %s is %s', (its, time, utc) => {
    process.env['TZ'] = its;
    const before = new Date(Date.parse(utc) - 1000).toISOString().replace('.000Z', 'Z');
    const verdicts = [before, utc].map((now) => {
      const allowed = (file?.allowed ?? '').replace(' ', ` valid-after="${time}" `);
      const asked = { file: file?.file ?? Buffer.alloc(0), allowed, now, zone: its };
      return [refusalOfSshKeygen(asked) === undefined, ourVerdict(asked).valid.length === 1];
    });
    expect(verdicts).toEqual([
      [false, false],
      [true, true],
    ]);
  });
});
