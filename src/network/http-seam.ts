import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import createDebug from 'debug';
import httpx from 'httpx';

export type HttpxRequest = typeof httpx.request;
export type HttpxRead = typeof httpx.read;
export type HttpxOptions = Parameters<HttpxRequest>[1];

/** What httpx itself does, with errors that do not show the request. */
export interface OriginalHttpx {
  readonly request: HttpxRequest;
  readonly read: HttpxRead;
}

/** An answer whose body has been read. */
export interface WholeAnswer {
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

/** Sends what the SDKs hand to httpx. Requests made inside `httpSeam().run(sender, …)` go to that sender. */
export interface Sender {
  send(url: string, options: HttpxOptions, original: OriginalHttpx): Promise<WholeAnswer>;
}

const SEAM = Symbol.for('kmsx.http-seam');

type SeamRequest = HttpxRequest & { [SEAM]?: AsyncLocalStorage<Sender> };

/**
 * The place where all requests of the Alibaba Cloud SDKs pass: tea-typescript and the credentials library call
 * `httpx.request` and `httpx.read` through the module's exports at each call. The exports are wrapped
 * once; the wrappers hold nothing of any client. Which sender a request belongs to is a fact of the call it
 * comes from (AsyncLocalStorage): requests from elsewhere go to httpx as they always did.
 */
export function httpSeam(): AsyncLocalStorage<Sender> {
  const installed = (httpx.request as SeamRequest)[SEAM];
  if (installed !== undefined) return installed;
  silenceDebugOutput();

  const storage = new AsyncLocalStorage<Sender>();
  const bare = httpx.request;
  const original: OriginalHttpx = { request: withoutUrls(bare), read: httpx.read };
  const bodies = new WeakMap<IncomingMessage, Buffer>();
  const request: SeamRequest = async (url, options) => {
    const sender = storage.getStore();
    if (sender === undefined) return bare(url, options);
    const { message, body } = await sender.send(url, options, original);
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
 * Removes what httpx appends to the message of every error that a request emits, wherever the error comes from: the
 * method and the URL, with ciphertext, context and signature.
 */
function withoutUrls(request: HttpxRequest): HttpxRequest {
  return async (url, options) => {
    try {
      return await request(url, options);
    } catch (error) {
      if (error instanceof Error) {
        const method = options.method?.toUpperCase() ?? 'GET';
        error.message = error.message.replace(
          new RegExp(`(?:${method}|Connect) \\S+ failed\\.$`),
          '',
        );
      }
      throw error;
    }
  };
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
