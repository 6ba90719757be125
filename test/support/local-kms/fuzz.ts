import type { RawRequest } from '../../../src/local-kms/request/rpc-request.ts';
import { OPERATIONS } from '../../../src/local-kms/operations/operations.ts';
import { mulberry32 } from '../../../src/local-kms/faults/fault-plan.ts';
import type { TestGateway } from './test-kms.ts';
import { startTestGateway } from './test-kms.ts';
import { validCalls } from './calls.ts';
import type { SignedRequest } from './test-kms.ts';
import { SCHEMES, signWith } from './signers.ts';

/* Requests that were right once and are not any more, in great number, for the embedded KMS to answer. */

const GATEWAY_LIFE = 20_000;
const SLOW = new Set(['CreateKey', 'CreateKeyVersion', 'GetParametersForImport']);
const STATUSES = new Set([200, 400, 403, 404, 409]);

const TOKENS = [
  '', '&', '=', '%', '%00', '%FF', '%2F', '+', '?', '#', ';', '\r\n', '\0', '\u{10FFFF}', '\u00e9', '..', '__proto__',
  'constructor', 'null', 'true', 'false', '0', '-1', '1', '32', '1024', '1025', '4294967296', '1e9', 'NaN', '{}', '[]', '{"a":1}',
  '{"a":"b","a":"c"}', '[[[[[[[[', '"', 'QQ==', 'QQ', 'alias/', 'alias/rehearsal', 'acs:kms:cn-local:1:key/a', 'acs:',
  'RSA_2048', 'EC_SM2', 'SM2PKE', 'RSAES_OAEP_SHA_1', 'Aliyun_AES_256', 'Aliyun_SM4', 'AES_128', 'ENCRYPT/DECRYPT', 'EXTERNAL', 'Action',
  'Version', 'Format', 'DryRun', 'KeyId', 'Signature', 'SignatureNonce', 'AccessKeyId', 'SecurityToken', 'POST', 'GET', 'PUT',
  'a'.repeat(300), '['.repeat(3000), '%41'.repeat(500),
] as const; // prettier-ignore

/** A stream of choices that is the same for the same seed. */
class Choices {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = mulberry32(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  of<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError('a choice among nothing');
    return value;
  }

  /** Cuts, doubles, replaces, or puts something in, somewhere in a text. */
  mutate(text: string): string {
    const at = this.below(text.length + 1);
    const end = Math.min(text.length, at + this.below(8));
    switch (this.below(6)) {
      case 0:
        return text.slice(0, at) + text.slice(end);
      case 1:
        return text.slice(0, end) + text.slice(at);
      case 2:
        return text.slice(0, at) + this.of(TOKENS) + text.slice(at);
      case 3:
        return text.slice(0, at) + String.fromCharCode(this.below(256)) + text.slice(at + 1);
      case 4:
        return this.of(TOKENS);
      default:
        return text.slice(0, at);
    }
  }
}

/** What the embedded KMS did with a request, where that was wrong. */
export interface FuzzFailure {
  readonly request: RawRequest;
  readonly answer: string;
}

/**
 * Hands `count` malformed requests to the embedded KMS, without sockets: half of them changed after they were signed,
 * half changed and then signed rightly, so that the change reaches what reads the parameters.
 *
 * @param seed - the same seed makes the same changes
 * @returns the requests that got anything but an answer of KMS in KMS's shape, and how many got which code
 */
export async function fuzzGateway(
  count: number,
  seed: number,
): Promise<{ failures: FuzzFailure[]; codes: Map<string, number> }> {
  const failures: FuzzFailure[] = [];
  const codes = new Map<string, number>();
  for (let done = 0; done < count; done += GATEWAY_LIFE) {
    const kms = await startTestGateway();
    const calls = await validCalls(kms);
    const choices = new Choices(seed + done);
    for (let index = done; index < Math.min(count, done + GATEWAY_LIFE); index += 1) {
      const request =
        index % 2 === 0
          ? changedThenSigned(kms, calls, choices)
          : signedThenChanged(kms, calls, choices);
      const reply = await kms.gateway.reply(request);
      const answer =
        'answer' in reply
          ? `${reply.answer.httpStatus} ${reply.answer.body.toString()}`
          : reply.ending;
      if (!isOfKms(answer)) failures.push({ request, answer });
      const code = /"Code":"([^"]*)"/.exec(answer)?.[1] ?? 'none';
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  }
  return { failures, codes };
}

type Calls = ReadonlyMap<string, Readonly<Record<string, string>>>;

function changedThenSigned(kms: TestGateway, calls: Calls, choices: Choices): RawRequest {
  const action = chooseAction(choices);
  const parameters = Object.entries(calls.get(action) ?? {});
  for (let changes = choices.below(3); changes >= 0; changes -= 1) {
    const kind = choices.below(5);
    const pair = parameters[choices.below(parameters.length)];
    if (kind === 0 || pair === undefined) parameters.push([choices.of(TOKENS), choices.of(TOKENS)]);
    else if (kind === 1) parameters.splice(parameters.indexOf(pair), 1);
    else if (kind === 2) pair[0] = choices.mutate(pair[0]);
    else pair[1] = choices.mutate(pair[1]);
  }
  // UTF-8 has no half of a surrogate pair.
  const whole = parameters.map((pair) => pair.map((text) => Buffer.from(text).toString()));
  return sign(kms, action, Object.fromEntries(whole) as Record<string, string>, choices);
}

function signedThenChanged(kms: TestGateway, calls: Calls, choices: Choices): RawRequest {
  const action = chooseAction(choices);
  const request = sign(kms, action, calls.get(action) ?? {}, choices);
  const { method, target, body } = request;
  const rawHeaders = [...request.rawHeaders];
  switch (choices.below(5)) {
    case 0:
      return { ...request, method: choices.mutate(method) };
    case 1:
      return { ...request, body: Buffer.from(choices.mutate(body.toString('latin1')), 'latin1') };
    case 2:
    case 3: {
      const at = choices.below(rawHeaders.length);
      rawHeaders[at] = choices.mutate(rawHeaders[at] ?? '');
      if (choices.below(4) === 0) rawHeaders.splice(2 * choices.below(rawHeaders.length / 2), 2);
      return { ...request, rawHeaders };
    }
    default:
      return { ...request, target: choices.mutate(target) };
  }
}

/** Those that make an RSA key take a thousand times as long as others, and come seldom. */
function chooseAction(choices: Choices): string {
  const action = choices.of([...OPERATIONS.keys()]);
  return SLOW.has(action) && choices.below(200) > 0 ? 'DescribeKey' : action;
}

function sign(
  kms: TestGateway,
  action: string,
  parameters: Readonly<Record<string, string>>,
  choices: Choices,
): RawRequest {
  const [accessKey] = kms.state.accessKeys.values();
  const method = choices.of(['GET', 'POST']);
  const place = method === 'POST' && choices.below(2) === 0 ? 'form' : 'query';
  const { accessKeyId = '', accessKeySecret = '' } = accessKey ?? {};
  const signed: SignedRequest = signWith(choices.of(SCHEMES), {
    action,
    method,
    [place]: parameters,
    accessKeyId,
    accessKeySecret,
  });
  const rawHeaders = Object.entries(signed.headers).flat();
  return { method, target: signed.path, rawHeaders, body: Buffer.from(signed.body, 'latin1') };
}

/** Whether an answer is one that KMS could give: its shape, a code, and no fault of the server's. */
function isOfKms(answer: string): boolean {
  const status = Number(answer.slice(0, 3));
  let body: Readonly<Record<string, unknown>>;
  try {
    body = JSON.parse(answer.slice(4)) as typeof body;
  } catch {
    return false;
  }
  if (!STATUSES.has(status) || !/^[0-9A-F-]{36}$/.test(String(body['RequestId']))) return false;
  if (status === 200) return !('Code' in body);
  const texts = ['Code', 'Message', 'HostId', 'Recommend'].map((name) => body[name]);
  return (
    texts.every((text) => typeof text === 'string') && /^[A-Za-z.]+$/.test(String(body['Code']))
  );
}
