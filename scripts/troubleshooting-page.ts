import { format } from 'prettier';
import { ERROR_CODES } from '../src/base/error-codes.ts';
import type { ErrorCode, ErrorKind } from '../src/base/error-codes.ts';
import type { DetailsOf, ErrorDetails } from '../src/base/error-details.ts';
import { KmsxError, OwnError } from '../src/base/error.ts';
import { EXIT_CODES, exitCodeOf } from '../src/terminal/exit-codes.ts';
import { hintsFor } from '../src/terminal/hints/hints.ts';
import { POLICIES } from '../src/answers/denial.ts';
import { CLOSED_INSTANCE_HINT, KMS_ERROR_THEMES } from '../src/answers/error-table/table.ts';
import { STS_ERRORS } from '../src/answers/error-table/sts.ts';
import type { KmsErrorFacts } from '../src/answers/error-table/facts.ts';
import { ERROR_FAMILIES, STATUS_CLASSES } from '../src/answers/error-table/fallback.ts';
import { networkError, notKmsError, ProxyFailure, timeoutError } from '../src/network/errors.ts';
import { RETURN_VALUE_CAUSES } from '../src/hsm/failures.ts';
import { FAULTS } from '../src/network/faults.ts';

/** Placeholders for details that only an error itself has. */
const PLACEHOLDERS: ErrorDetails = {
  'option-value-is-option': { option: '--OPTION', value: '--VALUE' },
  'environment-refused': { name: 'NAME' },
  'input-needed': { instead: '--OPTION FILE' },
  'output-is-secret': { option: '--OPTION', path: 'FILE' },
  'output-is-store': { option: '--OPTION', path: 'FILE' },
  'store-missing-option': { place: 'store:NAME' },
  'store-url-password': { database: 'postgresql' },
  'store-name-malformed': { name: 'NAME' },
  'store-tls-weakened': { remedy: 'unset PGSSLMODE' },
  'store-login-refused': { database: 'postgresql' },
  'store-permission-missing': { database: 'postgresql' },
  'input-empty': {},
  'pubkey-several': {},
  'input-too-large': { label: 'FILE' },
  'json-malformed': { label: 'FILE' },
  'json-name-twice': { name: 'NAME' },
  'document-malformed': { label: 'FILE' },
  'document-format-unknown': { format: 'FORMAT' },
  'secret-name-malformed': { name: 'NAME' },
  'key-id-malformed': { option: '--OPTION', reason: 'form' },
  'plan-malformed': { mistakes: [] },
  'gateway-malformed': { reason: 'form' },
  'proxy-unsupported': { scheme: 'SCHEME' },
  'rehearsal-mixed': {},
  'ca-file-malformed': { reason: 'none' },
  'pubkey-malformed': { label: 'FILE' },
  'pubkey-is-private': { label: 'FILE' },
  'pubkey-trailing-bytes': { label: 'FILE' },
  'pubkey-unsupported': {},
  'pubkey-size': { modulusBits: 4096 },
  'privkey-malformed': { label: 'FILE' },
  'privkey-trailing-bytes': { label: 'FILE' },
  'privkey-unsupported': {},
  'data-key-too-long': { algorithm: 'ALGORITHM', maxBytes: 190 },
  'context-unbound': { label: 'FILE' },
  'credentials-failed': {},
  'permission-missing': { deny: 'none' },
  'answer-malformed': { action: 'ACTION' },
  'network-failed': {},
  'tls-failed': {},
  'timed-out': {},
  'proxy-failed': {},
  'state-malformed': { path: 'FILE', place: '' },
  'state-locked': { folder: 'DIR', path: 'FILE', pid: 'PID', elsewhere: undefined },
  'wrapping-hash-mislabelled': { algorithm: 'ALGORITHM' },
  'passphrase-wrong': { label: 'FILE' },
  'module-not-loaded': { path: 'MODULE' },
  'token-cannot-unwrap': { takes: ['ALGORITHM'] },
  'file-missing': {},
  'file-unreadable': {},
  'file-unwritable': {},
  'journal-locked': { path: 'OUT.journal.lock.1', pid: 'PID', elsewhere: undefined },
  'output-locked': { path: 'OUT.lock.1', pid: 'PID', elsewhere: undefined },
  'record-locked': { path: 'FOLDER/record.jsonl.lock.1', pid: 'PID', elsewhere: undefined },
  'record-changed': {},
  'lines-failed': { resume: 'the same command' },
  'port-taken': { port: 'PORT', reason: 'REASON' },
};

/** `docs/troubleshooting.md`: every code that kmsx knows, what it means, its exit code, and what to type. */
export async function troubleshootingPage(): Promise<string> {
  const page = [
    '# Troubleshooting',
    '',
    '<!-- Generated from the tables of the program: npm run troubleshooting -->',
    '',
    introduction(),
    '## What KMS, its gateway and STS answer',
    '',
    'In hints ACTION stands for the operation, as in kms:Decrypt. kmsx names the operation itself.',
    '',
    ...KMS_ERROR_THEMES.flatMap(({ title, kind, codes }) => [
      `### ${title}`,
      '',
      ...(codes === STS_ERRORS ? [ofSts(), ''] : []),
      ...table(
        ['Code', 'exit', 'what it means', 'what to type'],
        Object.entries(codes).map(([code, facts]) => [
          `\`${code}\``,
          ...factsRow({ kind, ...facts }),
        ]),
      ),
    ]),
    ...closedInstances(),
    ...otherCodes(),
    ...denials(),
    ...network(),
    ...ownCodes(),
    ...returnValues(),
  ].join('\n');
  return await format(page, { parser: 'markdown', printWidth: 100, proseWrap: 'always' });
}

function ofSts(): string {
  return 'If STS refuses the credentials that kmsx asks for, the code is `credentials-failed`; STS’s own code is in the message, and decides the hint.';
}

function introduction(): string {
  return `An error of kmsx is two lines: what is wrong, and what to type.

    kmsx: error: KMS does not know this key here (Code Forbidden.KeyNotFound, RequestId 6b1f…)
    kmsx: hint: is it a key of this region and account? kmsx list-keys lists those; --region chooses another region

Look for its Code below. \`--error-format json\` gives it as \`"Code"\`, \`--verbose\` shows each attempt with its RequestId, and \`kmsx doctor\` looks for the cause
itself. Only exit code 5 may be worth retrying unchanged (\`"Retryable":true\`); it also covers TLS failures, unknown host names and proxies that refuse, which kmsx itself does not retry. Alibaba Cloud's support asks for the RequestId; no error of kmsx contains a secret.
`;
}

function closedInstances(): string[] {
  const codes = KMS_ERROR_THEMES.flatMap((theme) => Object.entries(theme.codes))
    .filter(([, { mayBeClosedInstance }]) => mayBeClosedInstance)
    .map(([code]) => `\`${code}\``);
  return [
    '### Keys of a KMS instance, from the Internet',
    '',
    `KMS does not document which code its public gateway gives for a key of an instance that is closed to the Internet. If the gateway is \`kms.REGION.aliyuncs.com\` and the code is ${codes.join(', ')}, or an unknown one that begins with \`Forbidden\`, \`Rejected\` or \`Unsupported\`, a second hint says: ${text(CLOSED_INSTANCE_HINT)}.`,
    '',
  ];
}

function otherCodes(): string[] {
  return [
    '### Codes that are not listed',
    '',
    'A code that is not listed is judged by the word it begins with:',
    '',
    ...table(
      ['Code', 'HTTP status', 'exit', 'what it means', 'what to type'],
      ERROR_FAMILIES.map(({ prefix, statuses, ...facts }) => [
        `\`${prefix}\`, \`${prefix}.…\``,
        statuses?.join(', ') ?? 'any',
        ...factsRow(facts),
      ]),
    ),
    'Any other code is judged by its HTTP status:',
    '',
    ...table(
      ['HTTP status', 'exit', 'what it means', 'what to type'],
      STATUS_CLASSES.map(({ statuses, ...facts }) => [statuses, ...factsRow(facts)]),
    ),
  ];
}

function denials(): string[] {
  return [
    '### Who lacks which permission',
    '',
    'If KMS or STS adds an AccessDeniedDetail, the hint says what is in it: the action, the resource, the caller (with its account, if the resource is in another one), and where to fix it. `ImplicitDeny` (no statement allows the call) becomes “allow … in …”. `ExplicitDeny` becomes “a Deny statement in … forbids …: remove it”. `PolicyType` says where:',
    '',
    ...table(
      ['PolicyType', 'in the hint'],
      Object.entries(POLICIES).map(([type, words]) => [`\`${type}\``, words]),
    ),
    'If that is not enough, the hint is the command that decodes the rest: `aliyun ram DecodeDiagnosticMessage --EncodedDiagnosticMessage …`.',
    '',
  ];
}

function network(): string[] {
  const errors: readonly (readonly [string, KmsxError])[] = [
    ...Object.keys(FAULTS).map(
      (reason) =>
        [
          `\`${reason}\``,
          networkError(Object.assign(new Error(), { code: reason }), 'HOST'),
        ] as const,
    ),
    ['no connection', timeoutError('HOST', 10_000, true)],
    ['no answer', timeoutError('HOST', 10_000, false)],
    ['not JSON of KMS', notKmsError('HOST', 'answers in HTML', 200)],
    ['a proxy that is not there', networkError(proxy(), 'HOST')],
    ['a proxy: 407', networkError(proxy(407), 'HOST')],
    ['a proxy: 500 and above', networkError(proxy(503), 'HOST')],
    ['a proxy: any other status', networkError(proxy(403), 'HOST')],
  ];
  return [
    '## The network',
    '',
    'All of these are exit code 5. kmsx retries all of them except unknown host names, TLS failures, and a proxy that refuses (any status below 500).',
    '',
    ...table(
      ['what happened', 'Code', 'what kmsx says', 'what to type'],
      errors.map(([reason, error]) => [
        reason,
        `\`${error.code}\``,
        text(error.message),
        text(hintsFor(error).join('; ')),
      ]),
    ),
  ];
}

function proxy(status?: number): ProxyFailure {
  return new ProxyFailure('PROXY', Object.assign(new Error(), { code: 'ECONNREFUSED' }), status);
}

function ownCodes(): string[] {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const sections = EXIT_CODES.flatMap(({ code: exitCode, kind, when }) => {
    const own = codes.filter((code) => ERROR_CODES[code].kind === kind);
    if (own.length === 0) return [];
    const title = `### Exit code ${exitCode}: ${kind}`;
    const rows = own.map((code) => [`\`${code}\``, text(ERROR_CODES[code].meaning), ownHint(code)]);
    return [
      title,
      '',
      `When: ${when}.`,
      '',
      ...table(['Code', 'what it means', 'what to type'], rows),
    ];
  });
  return [
    "## kmsx's own codes",
    '',
    'A code never changes its meaning. An error may have a more exact hint than the one here.',
    '',
    ...sections,
  ];
}

/** What modules answer, where the number tells. */
function returnValues(): string[] {
  const rows = Object.entries(RETURN_VALUE_CAUSES).map(([name, { code, means, hint }]) => [
    `\`${name}\``,
    `\`${code}\``,
    exitOf(ERROR_CODES[code].kind),
    text(`the token ${means}`),
    hint === undefined ? ownHint(code) : text(hint),
  ]);
  return [
    '## What modules answer (PKCS#11)',
    '',
    'A return value stands in the message after the function, as in `(C_Login: CKR_PIN_INCORRECT)`. One that is not listed here has no certain cause: the code is `module-failed`. What a module answers to an export that does not open differs from module to module, so kmsx tries a throw-away key in the same way: if that opens, the export is wrong (`unwrap-failed`, exit 6); if not, the token does not take the algorithm (`token-cannot-unwrap`, exit 2).',
    '',
    ...table(['Return value', 'Code', 'exit', 'what it means', 'what to type'], rows),
  ];
}

/** An error with a code, and placeholders for its details. */
export function placeholderError(code: ErrorCode): OwnError {
  const details: Readonly<Partial<Record<ErrorCode, DetailsOf<ErrorCode>>>> = PLACEHOLDERS;
  return new OwnError(code, 'a message', details[code] ?? {}, {});
}

function ownHint(code: ErrorCode): string {
  return text(hintsFor(placeholderError(code)).join('; '));
}

function factsRow({ kind, message, hint }: KmsErrorFacts): string[] {
  return [exitOf(kind), text(message), text(hint)];
}

function exitOf(kind: ErrorKind): string {
  return String(exitCodeOf(kind));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** Plain text in Markdown. */
function text(plain: string): string {
  return plain.replaceAll(/[\\`*<[\]|]|(?<!\w)_|_(?!\w)/g, (character) => `\\${character}`);
}
