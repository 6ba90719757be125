import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import createDebug from 'debug';
import httpx from 'httpx';

export type HttpxRequest = typeof httpx.request;
export type HttpxRead = typeof httpx.read;
export type HttpxOptions = Parameters<HttpxRequest>[1];

/** An answer whose body has been read. */
export interface WholeAnswer {
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

/**
 * Sends what the SDKs hand to httpx. Requests made inside `httpSeam().run(sender, …)` go to that sender, and those with
 * its `senderHeaders`, wherever they are made.
 */
export interface Sender {
  send(url: string, options: HttpxOptions): Promise<WholeAnswer>;
}

/** Among the headers of a request, where no server sees it: its sender. */
const SENDER = Symbol('sender');

/** What puts a request on a sender when it stands among the headers that are given to an SDK. */
export function senderHeaders(sender: Sender): Record<string, string> {
  return { [SENDER]: sender };
}

function senderIn(headers: HttpxOptions['headers']): Sender | undefined {
  return (headers as { readonly [SENDER]?: Sender } | undefined)?.[SENDER];
}

const SEAM = Symbol.for('kmsx.http-seam');

type SeamRequest = HttpxRequest & { [SEAM]?: AsyncLocalStorage<Sender> };

/**
 * The place where all requests of the Alibaba Cloud SDKs pass: tea-typescript and the credentials library call
 * `httpx.request` and `httpx.read` through the module's exports at each call. The exports are wrapped
 * once; the wrappers hold nothing of any client. Which sender a request belongs to is a fact of the call it
 * comes from (AsyncLocalStorage), or stands in the request: requests from elsewhere go to httpx as they always did.
 */
export function httpSeam(): AsyncLocalStorage<Sender> {
  const installed = (httpx.request as SeamRequest)[SEAM];
  if (installed !== undefined) return installed;
  silenceDebugOutput();

  const storage = new AsyncLocalStorage<Sender>();
  const original = { request: httpx.request, read: httpx.read };
  const bodies = new WeakMap<IncomingMessage, Buffer>();
  const request: SeamRequest = async (url, options) => {
    const sender = senderIn(options.headers) ?? storage.getStore();
    if (sender === undefined) return original.request(url, options);
    const { message, body } = await sender.send(url, options);
    bodies.set(message, body);
    return message;
  };
  request[SEAM] = storage;
  const read: HttpxRead = async (response, encoding) => {
    const body = bodies.get(response);
    if (body === undefined) return original.read(response, encoding);
    return encoding === '' ? body : body.toString(encoding as BufferEncoding);
  };
  Object.assign(httpx, { request, read });
  return storage;
}

/**
 * Turns the output of the `debug` package off, whatever `DEBUG` says: `httpx:header` prints the signature and
 * the STS token, `httpx:body` a plaintext data key, `sign` of the credentials library the STS token. The
 * environment stays as it is.
 */
function silenceDebugOutput(): void {
  createDebug.enabled = () => false;
  // A logger keeps the answer that it got last until the namespaces change.
  createDebug.namespaces = 'silenced by kmsx';
}
