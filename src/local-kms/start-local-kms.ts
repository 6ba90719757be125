import type { FileContext } from '../base/files/durable-file.ts';
import type { Fault } from './faults/fault.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import { createGateway } from './gateway.ts';
import type { HttpServer } from './http/http-server.ts';
import { LOOPBACK, startHttpServer } from './http/http-server.ts';
import { KeyStore } from './state/key-store.ts';
import { isAccountItself } from './permissions/caller.ts';
import { LOCAL_REGION } from './resource-name.ts';
import { firstState } from './state/first-state.ts';
import type { AccessKey, KmsState } from './state/state.ts';
import { folderStorage, memoryStorage } from './state/state-storage.ts';
import type { CaFile } from './tls/ca-file.ts';
import type { ServerCertificates } from './tls/server-certificates.ts';

export interface LocalKmsOptions extends FileContext {
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** The folder that keeps the state; without one it ends with the server. */
  readonly stateFolder?: string;
  /** How long to wait for another process that uses the folder; 0 refuses at once. */
  readonly waitForLockMs: number;
  /** Takes one line for each request, without its line feed; absent where nobody reads them. */
  readonly log?: ((line: string) => void) | undefined;
  /** Speaks HTTPS, under the names of dedicated gateways too, with a certificate authority made for this server. */
  readonly tls?: boolean;
  /** What a new state begins with, `kmsx-local-kms-seed/1` as text; not used where the folder holds a state. */
  readonly seed?: { readonly text: string; readonly label: string } | undefined;
  /** What goes wrong on purpose. Certificates can be wrong with `tls` only. */
  readonly faults?: readonly Fault[];
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
  /** With TLS: the file of the certificate authority, for `--ca-file`. */
  readonly CaFile?: string;
}

export interface LocalKms {
  readonly announcement: LocalKmsAnnouncement;
  /** Whether the folder held a state already. */
  readonly hadState: boolean;
  /** Stops accepting, lets running requests finish, releases the state. Harmless when called again. */
  close(): Promise<void>;
}

const MAX_ANNOUNCED_KEYS = 100;

/**
 * Starts the embedded KMS: an HTTP or HTTPS server on 127.0.0.1 that speaks KMS's RPC protocol (API version 2016-01-20). It is
 * made for rehearsals and tests, and is no place to keep a key. When `options.signal` aborts, it closes by itself.
 *
 * @throws KmsxError `state-locked`, `state-malformed`, `seed-malformed`, `port-taken`, and the errors of reading and writing files
 */
export async function startLocalKms(options: LocalKmsOptions): Promise<LocalKms> {
  const { port, stateFolder, waitForLockMs, signal, log } = options;
  const plan = new FaultPlan(options.faults);
  signal.throwIfAborted();
  const storage =
    stateFolder === undefined
      ? memoryStorage()
      : await folderStorage(stateFolder, waitForLockMs, options);
  let hadState: boolean;
  let store: KeyStore;
  let server: HttpServer;
  let tls: Tls | undefined;
  try {
    let state = await storage.load();
    hadState = state !== undefined;
    if (state === undefined) {
      state = await newState(options);
      await storage.save(state);
    }
    store = new KeyStore(state, storage);
    if (options.tls === true) tls = await prepareTls(options);
    const certificates = tls?.certificates;
    const gateway = createGateway({
      store,
      randomBytes: (length) => options.randomBytes(length),
      now: () => options.now(),
      log,
      faults: { plan, hasTls: certificates !== undefined },
    });
    server = await startHttpServer({
      port,
      gateway,
      ...(certificates !== undefined && {
        nextCertificate: () => {
          const wrong = plan.nextConnection();
          return wrong === undefined ? certificates.right : certificates.wrong[wrong];
        },
      }),
    });
  } catch (error) {
    await tls?.caFile.remove();
    storage.close();
    throw error;
  }

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    closing ??= server
      .close()
      .then(() => store.close())
      .finally(() => tls?.caFile.remove());
    return closing;
  };
  const onAbort = (): void => {
    void close();
  };
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  store.expire(options.now());
  return { announcement: announce(store.state, server.port, tls), hadState, close };
}

async function newState({ seed, ...options }: LocalKmsOptions): Promise<KmsState> {
  const randomBytes = (length: number): Buffer => options.randomBytes(length);
  if (seed === undefined) return firstState(options.now(), randomBytes);
  // Loaded only with a seed: it brings the checker of JSON schemas.
  const { readSeed } = await import('./seed/read-seed.ts');
  return readSeed(seed.text, seed.label, { now: options.now(), randomBytes });
}

interface Tls {
  readonly certificates: ServerCertificates;
  readonly caFile: CaFile;
}

async function prepareTls(options: LocalKmsOptions): Promise<Tls> {
  // Loaded only with TLS: they bring the part of node-forge that makes certificates.
  const [{ makeServerCertificates }, { writeCaFile }] = await Promise.all([
    import('./tls/server-certificates.ts'),
    import('./tls/ca-file.ts'),
  ]);
  const certificates = await makeServerCertificates(options.now(), (length) =>
    options.randomBytes(length),
  );
  const { authorityPem } = certificates;
  return { certificates, caFile: await writeCaFile(authorityPem, options.stateFolder, options) };
}

/** The first that can be used as it is announced, if there is one: the account's own before those of RAM users. */
function announcedAccessKey(accessKeys: readonly AccessKey[]): AccessKey {
  const usable = accessKeys.filter(
    ({ status, securityToken }) => status === 'Active' && securityToken === undefined,
  );
  const accessKey = usable.find(isAccountItself) ?? usable[0] ?? accessKeys[0];
  if (accessKey === undefined) throw new Error('a state without an access key');
  return accessKey;
}

function announce(state: KmsState, port: number, tls: Tls | undefined): LocalKmsAnnouncement {
  const accessKey = announcedAccessKey([...state.accessKeys.values()]);
  const keys = [...state.keys.values()].slice(0, MAX_ANNOUNCED_KEYS).map(({ keyId, keySpec }) => ({
    KeyId: keyId,
    Aliases: [...state.aliases.values()]
      .filter((alias) => alias.keyId === keyId)
      .map(({ aliasName }) => aliasName),
    KeySpec: keySpec,
  }));
  return {
    Endpoint: `${tls === undefined ? 'http' : 'https'}://${LOOPBACK}:${port}`,
    Region: LOCAL_REGION,
    AccessKeyId: accessKey.accessKeyId,
    AccessKeySecret: accessKey.accessKeySecret,
    Keys: keys,
    ...(tls !== undefined && { CaFile: tls.caFile.path }),
  };
}
