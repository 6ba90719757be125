/* Lines of allowed_signers. */
import type { SignatureCase, Verdict } from './case.ts';
import {
  NOW,
  ED25519,
  OTHER,
  signed,
  of,
  alice,
  because,
  malformed,
  row,
  stricter,
} from './case.ts';

const notInLine = because('is by a key that is in no line of allowed_signers');
const onLine = (problem: string, line = 1): Verdict =>
  because(`is by the key of line ${line} of allowed_signers, which ${problem}`);

export const LINES: readonly SignatureCase[] = [
  row('no line', signed(ED25519), '', notInLine),
  row("another key's line", signed(ED25519), of(OTHER), notInLine),
  row('comments, blanks and empty lines', signed(ED25519), `# x\n\n \t# alice y\n${of(OTHER, 'bob')}\t ${of(ED25519, 'alice\t')}`, alice),
  row('a comment after the key', signed(ED25519), `alice ${ED25519.line} alice@desk # 1\n`, alice),
  row('line ends of Windows', signed(ED25519), `alice ${ED25519.line}\r\n`, alice),
  row('no line end', signed(ED25519), `alice ${ED25519.line}`, alice),
  row('several names', signed(ED25519), of(ED25519, 'alice,bob'), alice),
  row('a name in quotation marks', signed(ED25519), of(ED25519, '"alice,Bob B."'), alice),
  row('a quotation that begins inside', signed(ED25519), of(ED25519, 'al"ice"'), alice),
  row('patterns before a name', signed(ED25519), of(ED25519, '*@example.com,alice'), alice),
  row('patterns and a name taken out', signed(ED25519), of(ED25519, '*,!alice'), onLine('names no person, only patterns')),
  row('a name taken out by a pattern behind it', signed(ED25519), of(ED25519, 'alice,!a*'), onLine('names no person, only patterns')),
  stricter('patterns alone', signed(ED25519), of(ED25519, 'al?c*'), onLine('names no person, only patterns')),
  row('namespaces', signed(ED25519), of(ED25519, 'alice namespaces="file,kmsx-*"'), alice),
  row('NAMESPACES', signed(ED25519), of(ED25519, 'alice NAMESPACES="kmsx-record"'), alice),
  row('other namespaces', signed(ED25519), of(ED25519, 'alice namespaces="file,git"'), onLine('is not for the namespace kmsx-record')),
  row('a namespace taken out', signed(ED25519), of(ED25519, 'alice namespaces="*,!kmsx-record"'), onLine('is not for the namespace kmsx-record')),
  row('no namespaces', signed(ED25519), of(ED25519, 'alice namespaces=""'), onLine('is not for the namespace kmsx-record')),
  row('a line that refuses and one that does not', signed(ED25519), of(ED25519, 'alice namespaces="git"') + of(ED25519), alice),
  row('two lines that refuse', signed(ED25519), of(ED25519, 'alice namespaces="git"') + of(ED25519, 'alice valid-before="20200101Z"'), onLine('is not for the namespace kmsx-record')),
  row('an authority\'s line', signed(ED25519), of(ED25519, 'alice cert-authority'),
    because('is by the key of line 1 of allowed_signers, which may sign certificates alone (cert-authority)')),
]; // prettier-ignore

const validity = (option: string, now: string, kmsx: Verdict): SignatureCase =>
  row(`${option} at ${now}`, signed(ED25519), of(ED25519, `alice ${option}`), kmsx, undefined, now);

export const TIMES: readonly SignatureCase[] = [
  validity('valid-after="20261130Z"', '2026-11-29T23:59:59Z', onLine('is not valid before 2026-11-30T00:00:00Z')),
  validity('valid-after="20261130Z"', '2026-11-30T00:00:00Z', alice),
  validity('valid-before="20261130Z"', '2026-11-30T00:00:00Z', alice),
  validity('valid-before="20261130Z"', '2026-11-30T00:00:01Z', onLine('was valid until 2026-11-30T00:00:00Z')),
  validity('valid-before="202611301234Z"', '2026-11-30T12:34:01Z', onLine('was valid until 2026-11-30T12:34:00Z')),
  validity('valid-before="20261130123456Z"', '2026-11-30T12:34:56Z', alice),
  validity('valid-before="20261130123456utc"', '2026-11-30T12:34:57Z', onLine('was valid until 2026-11-30T12:34:56Z')),
  validity('valid-after="20261101Z",valid-before="20261201Z"', NOW, alice),
  validity('valid-after="20261101Z",namespaces="kmsx-record",valid-before="20261201Z"', NOW, alice),
]; // prettier-ignore

const badLine = (allowed: string, words: string, sshKeygen: SignatureCase['sshKeygen'] = false): SignatureCase =>
  row(`the line ${allowed.trimEnd()}`, signed(ED25519), allowed, malformed(`allowed_signers, line 1 ${words}`), sshKeygen); // prettier-ignore

export const MALFORMED: readonly SignatureCase[] = [
  badLine('alice\n', 'has a name and no key, or an open quotation'),
  badLine('alice \n', 'has a name and no key, or an open quotation'),
  badLine('alice ssh-ed25519\n', 'has a key that is not base64'),
  badLine(`"alice ${ED25519.line}\n`, 'has a name and no key, or an open quotation'),
  badLine(of(ED25519, 'alice restrict'), 'has the option restrict, which is unknown'),
  badLine(of(ED25519, 'alice cert-authority,restrict'), 'has the option restrict, which is unknown'),
  badLine(of(ED25519, 'alice cert-authority="yes"'), 'has the option cert-authority, which is unknown'),
  badLine(of(ED25519, 'alice namespaces'), 'has the option namespaces, which is unknown'),
  badLine(of(ED25519, 'alice namespaces=file'), 'has the option namespaces=file, which is unknown'),
  badLine(of(ED25519, 'alice namespaces="file'), 'has an open quotation'),
  badLine(of(ED25519, 'alice cert-authority,'), 'has a comma after its last option'),
  badLine(of(ED25519, 'alice namespaces="*",namespaces="git"'), 'has namespaces twice'),
  badLine(of(ED25519, 'alice valid-after="2026"'), 'has valid-after="2026", which is no time'),
  badLine(of(ED25519, 'alice valid-after="20261301Z"'), 'has valid-after="20261301Z", which is no time'),
  badLine(of(ED25519, 'alice valid-after="19700101Z"'), 'has valid-after="19700101Z", which is no time'),
  badLine(of(ED25519, 'alice valid-after="20261130Z",valid-before="20261130Z"'), 'has a valid-before that is not after its valid-after'),
  badLine('alice ssh-foo AAAA\n', 'has the option ssh-foo, which is unknown'),
  badLine('alice cert-authority ssh-foo AAAA\n', 'has a key of the type ssh-foo, which is unknown'),
  badLine('alice ssh-ed25519 AAA\n', 'has a key that is not base64'),
  badLine(`alice ssh-rsa ${ED25519.publicBlob.toString('base64')}\n`, 'has a key that is not of the type ssh-rsa'),
  badLine(of(ED25519, 'alice valid-before="19600101Z"'), 'has valid-before="19600101Z", which is no time', 'by version'),
  badLine(of(ED25519, 'alice valid-before="20270231Z"'), 'has valid-before="20270231Z", which is no time', true), // for ssh-keygen it is in March
  badLine(of(ED25519, 'alice valid-before="20270228Z",,namespaces="*"'), 'has the option ,namespaces="*", which is unknown', true),
  row('a malformed line behind the one that counts', signed(ED25519), `${of(ED25519)}alice\n`,
    malformed('allowed_signers, line 2 has a name and no key, or an open quotation'), true),
]; // prettier-ignore
