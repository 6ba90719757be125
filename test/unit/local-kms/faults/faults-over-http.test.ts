import { Agent, request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { isFaultMistake, parseFaults } from '../../../../src/local-kms/faults/parse-fault.ts';
import type { SignedRequest } from '../../../support/local-kms/test-kms.ts';
import { TestKms } from '../../../support/local-kms/test-kms.ts';

const servers: TestKms[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function startWith(...specs: string[]): Promise<TestKms> {
  const faults = parseFaults(specs, false);
  if (isFaultMistake(faults)) throw new Error(faults.mistake);
  const kms = await TestKms.start({ faults });
  servers.push(kms);
  return kms;
}

/** The status and Code of an answer, or how the connection failed. */
async function outcome(kms: TestKms, action = 'ListKeys', query = {}): Promise<string> {
  try {
    const { status, body } = await kms.call(action, query);
    return [status, body['Code']].join(' ').trim();
  } catch (error) {
    return error instanceof Error ? error.message : 'no error';
  }
}

/** How many KMS keys there are, whatever faults strike. */
async function keyCount(kms: TestKms): Promise<unknown> {
  await kms.succeed('KmsxClearFaults');
  return (await kms.call('ListKeys')).body['TotalCount'];
}

interface Partial {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The code of the error that ended it, if one did. */
  readonly error: string | undefined;
}

/** Sends a request and keeps what comes, however it ends. */
function receive(kms: TestKms, request: SignedRequest): Promise<Partial> {
  return new Promise((resolve) => {
    const { method, path, headers } = request;
    const outgoing = httpRequest(
      { host: '127.0.0.1', port: kms.port, method, path, headers, agent: new Agent() },
      (incoming) => {
        let text = '';
        const end = (error?: NodeJS.ErrnoException): void => {
          resolve({
            status: incoming.statusCode,
            headers: incoming.headers,
            text,
            error: error?.code,
          });
        };
        incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
        incoming.on('error', end);
        incoming.on('end', () => {
          end();
        });
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ status: undefined, headers: {}, text: '', error: error.code });
    });
    outgoing.end();
  });
}

describe('a fault', () => {
  it('throttles, and says when to come back', async () => {
    const kms = await startWith('throttle:first=1,retry-after=3', 'throttle:code=Throttling.User');
    const first = await receive(kms, kms.sign({ action: 'ListKeys' }));
    expect(first).toMatchObject({
      status: 429,
      headers: { 'retry-after': '3', 'x-acs-retry-after': '3000' },
    });
    expect(JSON.parse(first.text)).toMatchObject({ Code: 'Rejected.Throttling' });
    expect(await outcome(kms)).toBe('400 Throttling.User');
  });

  it('refuses calls beyond a quota, whichever operations share it, and no others', async () => {
    const kms = await startWith('quota:reads=2');
    const { keyId: KeyId } = kms;
    expect(await outcome(kms, 'ListKeys')).toBe('200');
    expect(await outcome(kms, 'DescribeKey', { KeyId })).toBe('200');
    expect(await outcome(kms, 'ListAliases')).toBe('429 Rejected.Throttling');
    expect(await outcome(kms, 'GenerateDataKey', { KeyId })).toBe('200');
    expect(kms.log[2]).toMatch(/ ListAliases 429 Rejected\.Throttling .* fault:quota$/);
  });

  it('fails as KMS fails, before anything is done', async () => {
    const kms = await startWith(
      'error:action=CreateKey,first=1',
      'error:code=ServiceUnavailableTemporary',
    );
    expect(await outcome(kms, 'CreateKey')).toBe('500 InternalFailure');
    expect(await outcome(kms, 'CreateKey')).toBe('503 ServiceUnavailableTemporary');
    expect(await keyCount(kms)).toBe(1);
  });

  it('delays the answer', async () => {
    const kms = await startWith('delay:ms=300');
    const begin = performance.now();
    expect(await outcome(kms)).toBe('200');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(290);
  });

  it('hangs, for as long as the client waits', async () => {
    const kms = await startWith('hang');
    const waiting = outcome(kms);
    const winner = await Promise.race([
      waiting,
      new Promise((resolve) => setTimeout(resolve, 400, 'nothing yet')),
    ]);
    expect(winner).toBe('nothing yet');
    await kms.close();
    expect(await waiting).toBe('socket hang up');
  });

  it('cuts the connection before the work was done', async () => {
    const kms = await startWith('cut:action=CreateKey');
    expect(await outcome(kms, 'CreateKey')).toBe('socket hang up');
    expect(await keyCount(kms)).toBe(1);
  });

  it('cuts the connection after the work was done', async () => {
    const kms = await startWith('cut:action=CreateKey,when=after');
    expect(await outcome(kms, 'CreateKey')).toBe('socket hang up');
    expect(await keyCount(kms)).toBe(2);
  });

  it('cuts the body short of what Content-Length says', async () => {
    const kms = await startWith('cut-body');
    const { status, headers, text, error } = await receive(kms, kms.sign({ action: 'ListKeys' }));
    expect({ status, error }).toEqual({ status: 200, error: 'ECONNRESET' });
    expect(text.length).toBe(Math.floor(Number(headers['content-length']) / 2));
  });

  it.each([
    ['html', 'text/html', /^<!DOCTYPE html>/],
    ['json', 'application/json;charset=utf-8', /^\{"/],
  ])('answers garbage: %s', async (form, type, looks) => {
    const kms = await startWith(`garbage:form=${form}`);
    const answer = await receive(kms, kms.sign({ action: 'ListKeys' }));
    expect(answer).toMatchObject({
      status: 200,
      error: undefined,
      headers: { 'content-type': type, 'x-kmsx-embedded-kms': '1' },
    });
    expect(answer.text).toMatch(looks);
    expect(() => void JSON.parse(answer.text)).toThrow(SyntaxError);
  });

  it('strikes only what is signed right, and uses up its nonce', async () => {
    const kms = await startWith('throttle:first=1');
    const { AccessKeyId } = kms.announcement;
    const wrong = kms.sign({ accessKeyId: AccessKeyId, accessKeySecret: 'wrong' });
    expect((await kms.send(wrong)).body['Code']).toBe('SignatureDoesNotMatch');
    const right = kms.sign({});
    expect((await kms.send(right)).body['Code']).toBe('Rejected.Throttling');
    expect((await kms.send(right)).body['Code']).toBe('SignatureNonceUsed');
  });

  it('is named in the log, which tells nothing else of the request', async () => {
    const kms = await startWith('delay:ms=1,first=1', 'cut:first=1');
    await outcome(kms);
    await outcome(kms);
    expect(kms.log[0]).toMatch(/^\S+Z ListKeys - - [0-9A-F-]{36} \d+ms fault:delay\+cut$/);
    expect(kms.log[1]).toMatch(/^\S+Z ListKeys 200 - [0-9A-F-]{36} \d+ms$/);
  });
});

describe('the end of the server', () => {
  it('ends a delay at once, and the answer still comes', async () => {
    const kms = await startWith('delay:ms=60000');
    const waiting = outcome(kms);
    while (kms.log.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await kms.close();
    expect(await waiting).toBe('200');
  });

  it('waits for no request that hangs', async () => {
    const kms = await startWith('hang', 'delay:ms=60000');
    const waiting = outcome(kms);
    while (kms.log.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await kms.close();
    expect(await waiting).toBe('socket hang up');
  });
});

describe('the control calls', () => {
  it('set, show and clear the faults while it runs', async () => {
    const kms = await startWith();
    expect(
      (await kms.call('KmsxSetFaults', { Faults: 'cut:first=1\nhang:after=9' })).body,
    ).toMatchObject({
      Faults: [
        { Fault: 'cut:first=1', Counted: 0, Struck: 0 },
        { Fault: 'hang:after=9', Counted: 0, Struck: 0 },
      ],
    });
    expect(await outcome(kms)).toBe('socket hang up');
    expect(await outcome(kms)).toBe('200');
    expect((await kms.call('KmsxGetFaults')).body).toMatchObject({
      Faults: [
        { Fault: 'cut:first=1', Counted: 2, Struck: 1 },
        { Fault: 'hang:after=9', Counted: 2, Struck: 0 },
      ],
    });
    expect((await kms.call('KmsxClearFaults')).body).toMatchObject({ Faults: [] });
    expect(await outcome(kms)).toBe('200');
  });

  it('take the faults as JSON too', async () => {
    const kms = await startWith();
    await kms.succeed('KmsxSetFaults', { Faults: '["error:first=1"]' });
    expect(await outcome(kms)).toBe('500 InternalFailure');
  });

  it('are struck by no fault, and counted by none', async () => {
    const kms = await startWith('hang');
    expect((await kms.call('KmsxGetFaults')).body).toMatchObject({
      Faults: [{ Fault: 'hang', Counted: 0, Struck: 0 }],
    });
  });

  it.each([
    ['hang,', 'is not valid: character 1: no fault "hang,"'],
    ['cut\nhang:x=1', 'is not valid: fault 2, character 6: no parameter "x"'],
    ['[1]', 'is not valid: not a JSON array of strings'],
    ['["hang"', 'is not valid: not JSON'],
    ['certificate', 'is not valid: character 1: without TLS there is no certificate'],
  ])('refuse %j, and leave the faults as they are', async (faults, message) => {
    const kms = await startWith('error:first=9');
    const { status, body } = await kms.call('KmsxSetFaults', { Faults: faults });
    expect({ status, Code: body['Code'] }).toEqual({ status: 400, Code: 'InvalidParameter' });
    expect(body['Message']).toContain(message);
    expect(await outcome(kms)).toBe('500 InternalFailure');
  });

  it('refuse to set nothing', async () => {
    expect(await outcome(await startWith(), 'KmsxSetFaults')).toBe('400 MissingParameter');
  });

  it('are unknown under any other name', async () => {
    expect(await outcome(await startWith(), 'KmsxDropFaults')).toBe('404 InvalidAction.NotFound');
  });
});
