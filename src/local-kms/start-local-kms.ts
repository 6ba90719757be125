import type { FileContext } from '../base/durable-file.ts';
import { createGateway } from './gateway.ts';
import type { HttpServer } from './http-server.ts';
import { LOOPBACK, startHttpServer } from './http-server.ts';
import { KeyStore } from './key-store.ts';
import { LOCAL_REGION } from './resource-name.ts';
import { firstState } from './state/first-state.ts';
import type { KmsState } from './state/state.ts';
import { folderStorage, memoryStorage } from './state/state-storage.ts';

export interface LocalKmsOptions extends FileContext {
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** The folder that keeps the state; without one it ends with the server. */
  readonly stateFolder?: string;
  /** How long to wait for another process that uses the folder; 0 refuses at once. */
  readonly waitForLockMs: number;
  /** Takes one line for each request, without its line feed. */
  log(line: string): void;
}

/** What a client needs to know of a running server; `kmsx local-kms` prints it. */
interface LocalKmsAnnouncement {
  readonly Endpoint: string;
  readonly Region: string;
  readonly AccessKeyId: string;
  /** Secret, as far as anything in a rehearsal is. */
  readonly AccessKeySecret: string;
  /** The first hundred KMS keys. */
  readonly Keys: readonly {
    readonly KeyId: string;
    readonly Aliases: readonly string[];
    readonly KeySpec: string;
  }[];
}

export interface LocalKms {
  readonly announcement: LocalKmsAnnouncement;
  /** Stops accepting, lets running requests finish, releases the state. Harmless when called again. */
  close(): Promise<void>;
}

const MAX_ANNOUNCED_KEYS = 100;

/**
 * Starts the embedded KMS: an HTTP server on 127.0.0.1 that speaks KMS's RPC protocol (API version 2016-01-20). It is
 * made for rehearsals and tests, and is no place to keep a key. When `options.signal` aborts, it closes by itself.
 *
 * @throws KmsxError `state-locked`, `state-malformed`, `port-taken`, and the errors of reading and writing files
 */
export async function startLocalKms(options: LocalKmsOptions): Promise<LocalKms> {
  const { port, stateFolder, waitForLockMs, signal } = options;
  signal.throwIfAborted();
  const storage =
    stateFolder === undefined
      ? memoryStorage()
      : await folderStorage(stateFolder, waitForLockMs, options);
  let store: KeyStore;
  let server: HttpServer;
  try {
    let state = await storage.load();
    if (state === undefined) {
      state = await firstState(options.now(), (length) => options.randomBytes(length));
      await storage.save(state);
    }
    store = new KeyStore(state, storage);
    const gateway = createGateway({
      store,
      randomBytes: (length) => options.randomBytes(length),
      now: () => options.now(),
      log: (line) => {
        options.log(line);
      },
    });
    server = await startHttpServer(port, gateway);
  } catch (error) {
    storage.close();
    throw error;
  }

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    closing ??= server.close().then(() => store.close());
    return closing;
  };
  const onAbort = (): void => {
    void close();
  };
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return { announcement: announce(store.state, server.port), close };
}

function announce(state: KmsState, port: number): LocalKmsAnnouncement {
  const [accessKey] = state.accessKeys.values();
  if (accessKey === undefined) throw new Error('a state without an access key');
  const keys = [...state.keys.values()].slice(0, MAX_ANNOUNCED_KEYS).map(({ keyId, keySpec }) => ({
    KeyId: keyId,
    Aliases: [...state.aliases.values()]
      .filter((alias) => alias.keyId === keyId)
      .map(({ aliasName }) => aliasName),
    KeySpec: keySpec,
  }));
  return {
    Endpoint: `http://${LOOPBACK}:${port}`,
    Region: LOCAL_REGION,
    AccessKeyId: accessKey.accessKeyId,
    AccessKeySecret: accessKey.accessKeySecret,
    Keys: keys,
  };
}
