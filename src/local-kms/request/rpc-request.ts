import type { Parameters } from './parameters.ts';
import { mergeParameters, parseParameters } from './parameters.ts';
import { invalidParameter, missingParameter, refusal } from '../refusal.ts';

/** A request as received. */
export interface RawRequest {
  readonly method: string;
  /** The request target, undecoded: `/?KeyId=…`. */
  readonly target: string;
  /** Alternating names and values, like `rawHeaders` of node:http. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** A well-formed call of an RPC operation; nothing about it is verified yet. */
export interface RpcRequest {
  readonly method: 'GET' | 'POST';
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** The parameters of the query string, which signatures cover one by one. */
  readonly query: Parameters;
  readonly hasForm: boolean;
  /** Of the query and the form together. */
  readonly parameters: Parameters;
  readonly body: Buffer;
}

const FORM_TYPE = /^application\/x-www-form-urlencoded(?:\s*;\s*charset="?utf-8"?)?$/i;
const MAX_HEADERS = 100;

/**
 * Reads a raw request as an RPC call: GET or POST of `/`, parameters in the query, in a form body, or in both.
 *
 * @throws KmsRefusal `UnsupportedHTTPMethod`, `InvalidAction.NotFound` (another path), `ParseRequestParameterException`,
 * `InvalidParameter` (a repeated name), `IncompleteSignature` (a repeated header that must be unambiguous)
 */
export function readRpcRequest(raw: RawRequest): RpcRequest {
  const { method, body } = raw;
  if (method !== 'GET' && method !== 'POST') throw refusal('UnsupportedHTTPMethod');
  const headers = readHeaders(raw.rawHeaders);
  const [path, queryText] = splitTarget(raw.target);
  if (path !== '/') throw refusal('InvalidAction.NotFound');
  const query = parseParameters(queryText);
  const hasForm = body.length > 0;
  const form = hasForm ? readForm(method, headers.get('content-type'), body) : new Map();
  return { method, headers, query, hasForm, parameters: mergeParameters(query, form), body };
}

/**
 * The operation that a request asks for: the header `x-acs-action`, the parameter `Action`, or both with the same value.
 *
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`
 */
export function requestedAction(request: RpcRequest): string {
  return agreed(request, 'x-acs-action', 'Action');
}

/** The API version that a request asks for, likewise in the header or the parameter. */
export function requestedVersion(request: RpcRequest): string {
  return agreed(request, 'x-acs-version', 'Version');
}

function agreed({ headers, parameters }: RpcRequest, header: string, parameter: string): string {
  const fromHeader = headers.get(header);
  const fromParameter = parameters.get(parameter);
  if (fromHeader !== undefined && fromParameter !== undefined && fromHeader !== fromParameter) {
    throw invalidParameter(parameter);
  }
  const value = fromHeader ?? fromParameter ?? '';
  if (value === '') throw missingParameter(parameter);
  return value;
}

function splitTarget(target: string): [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

function readHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  if (rawHeaders.length > 2 * MAX_HEADERS) throw refusal('ParseRequestParameterException');
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = (rawHeaders[index + 1] ?? '').trim();
    const before = headers.get(name);
    if (before !== undefined && isUnambiguous(name)) throw refusal('IncompleteSignature');
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/** Headers that identify the call and the caller: repeated, they would make two requests of one. */
function isUnambiguous(name: string): boolean {
  return ['host', 'authorization', 'content-type'].includes(name) || name.startsWith('x-acs-');
}

function readForm(method: string, contentType: string | undefined, body: Buffer): Parameters {
  if (method !== 'POST' || contentType === undefined || !FORM_TYPE.test(contentType)) {
    throw refusal('ParseRequestParameterException');
  }
  return parseParameters(body.toString('latin1'));
}
