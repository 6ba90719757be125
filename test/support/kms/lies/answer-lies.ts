import { gzipSync } from 'node:zlib';
import type { Lie } from './lie.ts';
import type { Tell, Told } from './lying-kms.ts';

/* Lies about the answer as a whole: what no KMS sends. */

const PAGE = '<!doctype html><html><body>Welcome to the hotel network</body></html>';

const XML = '<?xml version="1.0"?><Error><Code>Throttling</Code></Error>';

const NOT_JSON = /something other than JSON/;

const body = (text: string | Buffer | object): Tell => always({ body: text });

/** The honest body under another status. */
const status = (code: number): Tell => always({ status: code });

/** The honest text, changed. */
const text =
  (change: (honest: string) => string): Tell =>
  (honest) => ({ body: change(honest.body.toString()) });

function always(told: Told): Tell {
  return () => told;
}

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** By title: the lie, the exit code, and what the message must name. */
const TABLE: readonly (readonly [string, Tell, Lie['code'], RegExp])[] = [
  ['nothing at all', body(''), 5, NOT_JSON],
  ['a page of HTML', body(PAGE), 5, NOT_JSON],
  ['XML', body(XML), 5, NOT_JSON],
  ['plain text', body('OK'), 5, NOT_JSON],
  ['a list', text((honest) => `[${honest}]`), 5, NOT_JSON],
  ['null', body('null'), 5, NOT_JSON],
  ['text', text((honest) => JSON.stringify(honest)), 5, NOT_JSON],
  ['two answers', text((honest) => honest + honest), 5, NOT_JSON],
  ['half an answer', text((honest) => honest.slice(0, honest.length >> 1)), 5, NOT_JSON],
  ['a comma too many', text((honest) => honest.replace(/\}$/, ',}')), 5, NOT_JSON],
  ['a byte order mark', text((honest) => `\ufeff${honest}`), 5, NOT_JSON],
  ['UTF-16', (honest) => ({ body: Buffer.from(honest.body.toString(), 'utf16le') }), 5, NOT_JSON],
  ['a connection that is cut', always({ isCut: true }), 5, /was cut/],
  [
    'a compressed body',
    (honest) => ({ body: gzipSync(honest.body), headers: { 'content-encoding': 'gzip' } }),
    5,
    /compressed/,
  ],
  ['two megabytes', (honest) => ({ body: { ...honest.fields, A: 'a'.repeat(2 ** 21) } }), 5, /1 MiB/],
  ['JSON that says it is HTML', always({ headers: { 'content-type': 'text/html' } }), 5, /HTML/],
  ['JSON that says it is XML', always({ headers: { 'content-type': 'text/xml' } }), 5, /XML/],
  ['HTTP 302', status(302), 5, /HTTP 302/],
  ['HTTP 304', status(304), 5, /HTTP 304/],
  ['HTTP 307', status(307), 5, /HTTP 307/],
  ['HTTP 204', status(204), 5, /HTTP 204/],
  ['HTTP 404', status(404), 5, /HTTP 404/],
  ['HTTP 500', status(500), 5, /HTTP 500/],
  ['a page with HTTP 502', always({ status: 502, body: PAGE }), 5, /HTTP 502/],
  ['a page with HTTP 429', always({ status: 429, body: PAGE }), 5, /HTTP 429|throttl/],
  ['HTTP 600', status(600), 4, /status is 600/],
  ['HTTP 700', status(700), 4, /status is 700/],
  ['HTTP 999', status(999), 4, /status is 999/],
  ['an empty object', body({}), 4, /RequestId/],
  ['a field that nests too deep', text((honest) => honest.replace('{', `{"New":${nested(200)},`)), 4, /deep/],
  ['nothing but depth', text((honest) => `${'{"a":'.repeat(2000)}${honest}${'}'.repeat(2000)}`), 4, /deep/],
  ['a name twice that nobody knows', text((honest) => honest.replace('{', '{"x":1,"x":1,')), 4, /twice/],
  ['a name twice far inside', text((honest) => honest.replace('{', '{"New":[{"Name":1,"Name":2}],')), 4, /Name twice/],
  ['__proto__ twice', text((honest) => honest.replace('{', '{"__proto__":{},"__proto__":{},')), 4, /twice/],
  ['a Code beside the result', text((honest) => honest.replace('{', '{"Code":"Rejected.Disabled",')), 4, /disabled|Rejected/],
  ['a code in lower case', text((honest) => honest.replace('{', '{"code":"Rejected.Disabled",')), 4, /disabled|Rejected/],
  ['a Code that is a number', text((honest) => honest.replace('{', '{"Code":7,')), 4, /Code/],
  ['a Code twice', text((honest) => honest.replace('{', '{"Code":"A","Code":"B",')), 4, /Code twice/],
  [
    'an error with its Code twice',
    always({ status: 400, body: '{"RequestId":"r","Code":"A","Code":"Throttling"}' }),
    4,
    /Code twice/,
  ],
  ['an error without a Code', always({ status: 400, body: { RequestId: 'r' } }), 5, /HTTP 400/],
]; // prettier-ignore

export const ANSWER_LIES: readonly Lie[] = TABLE.map(([title, tell, code, says]) => ({
  title,
  tell,
  code,
  says,
}));
