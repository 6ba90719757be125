import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { KmsAnswer, Reply } from '../../../src/local-kms/answer.ts';
import { RequestGateway } from '../../../src/local-kms/request-gateway.ts';
import { KeyStore } from '../../../src/local-kms/state/key-store.ts';
import { NonceMemory } from '../../../src/local-kms/signatures/nonce-memory.ts';
import type { LocalKms, LocalKmsOptions } from '../../../src/local-kms/start-local-kms.ts';
import { startLocalKms } from '../../../src/local-kms/start-local-kms.ts';
import { firstState } from '../../../src/local-kms/state/first-state.ts';
import type { AccessKey, KmsState } from '../../../src/local-kms/state/state.ts';
import type { StateStorage } from '../../../src/local-kms/state/storage/state-storage.ts';
import { memoryStorage } from '../../../src/local-kms/state/storage/state-storage.ts';

/* A client of the embedded KMS written from the published algorithm alone: it shares nothing with src/. */

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a hand-made request is made of. `sign` fills in what is left out. */
export interface Call {
  readonly action?: string;
  readonly method?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  /** Headers beside the required ones; undefined leaves a required one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  /** Names to sign, in this order, instead of all that must be signed. */
  readonly signedHeaders?: readonly string[];
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Settings of a server in memory, with the real clock and real randomness. */
export function localKmsOptions(options: Partial<LocalKmsOptions> = {}): LocalKmsOptions {
  return {
    port: 0,
    waitForLockMs: 0,
    log: () => undefined,
    now: () => new Date(),
    randomBytes,
    pid: process.pid,
    isProcessAlive: () => true,
    signal: new AbortController().signal,
    ...options,
  };
}

export class TestKms {
  readonly log: string[];
  readonly port: number;
  readonly keyId: string;
  readonly #kms: LocalKms;

  constructor(kms: LocalKms, log: string[]) {
    this.#kms = kms;
    this.log = log;
    this.port = Number(new URL(kms.announcement.Endpoint).port);
    this.keyId = kms.announcement.Keys[0]?.KeyId ?? '';
  }

  static async start(options: Partial<LocalKmsOptions> = {}): Promise<TestKms> {
    const log: string[] = [];
    const kms = await startLocalKms(
      localKmsOptions({ log: (line) => void log.push(line), ...options }),
    );
    return new TestKms(kms, log);
  }

  get announcement(): LocalKms['announcement'] {
    return this.#kms.announcement;
  }

  close(): Promise<void> {
    return this.#kms.close();
  }

  /** Signs a call with this server's access key, for this server. */
  sign(call: Call): SignedRequest {
    const { AccessKeyId, AccessKeySecret } = this.#kms.announcement;
    return sign({
      accessKeyId: AccessKeyId,
      accessKeySecret: AccessKeySecret,
      ...call,
      headers: { host: `127.0.0.1:${this.port}`, ...call.headers },
    });
  }

  send(request: SignedRequest): Promise<Answer> {
    return send(this.port, request);
  }

  /** Signs a call and sends it. */
  call(action: string, query: Call['query'] = {}, call: Call = {}): Promise<Answer> {
    return this.send(this.sign({ action, query, ...call }));
  }

  /** Sends a call that must succeed. */
  async succeed(action: string, query: Call['query'] = {}): Promise<Record<string, string>> {
    const answer = await this.call(action, query);
    if (answer.status !== 200) throw new Error(`${action}: ${answer.text}`);
    return answer.body as Record<string, string>;
  }

  /** Sends bytes as they are and gives back everything that comes until the server closes. */
  raw(
    bytes: Buffer | string,
    options: { halfClose?: boolean; timeoutMs?: number } = {},
  ): Promise<string> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket: Socket = connect({ host: '127.0.0.1', port: this.port, allowHalfOpen: true });
      const done = (): void => {
        socket.destroy();
        resolve(Buffer.concat(chunks).toString('latin1'));
      };
      socket.setTimeout(options.timeoutMs ?? 60_000, done);
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', done);
      socket.on('end', done);
      socket.write(bytes);
      if (options.halfClose ?? true) socket.end();
    });
  }
}

/** The answer of a reply that is one; a fault may have made it something else. */
export function answerOf(reply: Reply): KmsAnswer {
  if (!('answer' in reply)) throw new Error(`no answer: ${reply.ending}`);
  return reply.answer;
}

/** A gateway without sockets, for states that no operation can reach yet. */
export interface TestGateway {
  readonly gateway: RequestGateway;
  /** The state that it began with. */
  readonly state: KmsState;
  /** The state in use. */
  readonly store: KeyStore;
  readonly log: readonly string[];
  /** Signs a call, with the state's access key and for the shared gateway if nothing else is said, and hands it over. */
  call(
    action: string,
    query?: Call['query'],
    how?: { accessKey?: AccessKey; host?: string },
  ): Promise<Pick<Answer, 'status' | 'body'>>;
}

export async function startTestGateway(
  change: (state: KmsState) => KmsState = (state) => state,
  nonceCapacity = 1_000_000,
  now: () => Date = () => new Date(),
  storage: StateStorage = memoryStorage(),
): Promise<TestGateway> {
  const state = change(await firstState(now(), randomBytes));
  const [accessKey] = state.accessKeys.values();
  const log: string[] = [];
  const store = new KeyStore(state, storage);
  const gateway = new RequestGateway({
    store,
    nonces: new NonceMemory(nonceCapacity),
    randomBytes,
    now,
    log: (line) => void log.push(line),
  });
  const call: TestGateway['call'] = async (action, query = {}, how = {}) => {
    const { host = 'kms' } = how;
    const signer = how.accessKey ?? accessKey;
    const headers = { host, 'x-acs-date': formatDate(now()) };
    const request = sign({ action, query, ...signer, headers });
    const rawHeaders = Object.entries(request.headers).flat();
    const { method, path: target } = request;
    const raw = { method, target, rawHeaders, body: Buffer.alloc(0) };
    const answer = answerOf(await gateway.reply(raw));
    const body = JSON.parse(answer.body.toString()) as Record<string, unknown>;
    return { status: answer.httpStatus, body };
  };
  return { gateway, state, store, log, call };
}

/** Signs a call with ACS3-HMAC-SHA256 (help 2618355). */
function sign(call: Call): SignedRequest {
  const { query = {}, form, method = 'POST' } = call;
  const body = form === undefined ? '' : encodePairs(form);
  const headers: Record<string, string> = {};
  const given: Readonly<Record<string, string | undefined>> = {
    'x-acs-version': '2016-01-20',
    'x-acs-action': call.action ?? 'ListKeys',
    'x-acs-date': formatDate(new Date()),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': sha256(body),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...call.headers,
  };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers[name] = value;
  }
  const names =
    call.signedHeaders ??
    Object.keys(headers)
      .filter((name) => name.startsWith('x-acs-') || ['host', 'content-type'].includes(name))
      .sort();
  const canonical = [
    method,
    '/',
    Object.keys(query)
      .sort()
      .map((name) => `${name}=${encode(query[name] ?? '')}`)
      .join('&'),
    names.map((name) => `${name}:${headers[name] ?? ''}\n`).join(''),
    names.join(';'),
    sha256(body),
  ].join('\n');
  const signature = createHmac('sha256', call.accessKeySecret ?? '')
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex');
  headers['authorization'] =
    `ACS3-HMAC-SHA256 Credential=${call.accessKeyId ?? ''},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { method, path: `/?${encodePairs(query)}`, headers, body };
}

/** Sends a request over a connection of its own. */
function send(port: number, request: SignedRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, path, headers, body } = request;
    const length =
      body === '' && method === 'GET' ? {} : { 'content-length': Buffer.byteLength(body) };
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, ...length }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text,
            body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function formatDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function encodePairs(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
