import type { FileContext } from '../base/files/durable-file.ts';
import type { InjectedFault } from './faults/fault.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import type { HttpServer } from './http/http-server.ts';
import { LOOPBACK, startHttpServer } from './http/http-server.ts';
import { isAccountItself } from './permissions/caller.ts';
import { RequestGateway } from './request-gateway.ts';
import { LOCAL_REGION } from './resource-name.ts';
import { firstState } from './state/first-state.ts';
import { KeyStore } from './state/key-store.ts';
import type { AccessKey, KmsState } from './state/state.ts';
import type { StateStorage } from './state/storage/state-storage.ts';
import { folderStorage, memoryStorage } from './state/storage/state-storage.ts';
import type { CaFile } from './tls/ca-file.ts';
import type { ServerCertificates } from './tls/server-certificates.ts';

/** What a server is started with. */
export interface LocalKmsOptions extends FileContext {
  /** On 127.0.0.1; 0 for a free one. */
  readonly port: number;
  /** The effective user; where it is not known, ownership of the folder for temporary files is not checked. */
  readonly userId?: number | undefined;
  /** The folder that keeps the state; without one, the state is gone with the server. */
  readonly stateFolder?: string;
  /** How long to wait for another process that uses the folder; 0 to refuse at once. */
  readonly waitForLockMs: number;
  /** Receives one line per request, without its line feed; absent without a log. */
  readonly log?: ((line: string) => void) | undefined;
  /** Serve HTTPS, under the names of dedicated gateways too, with a certificate authority made for this server. */
  readonly tls?: boolean;
  /** The content of a new state, as the text of a `kmsx-local-kms-seed/1`; ignored if the folder holds a state. */
  readonly seed?: { readonly text: string; readonly label: string } | undefined;
  /** What goes wrong on purpose. Certificate faults need `tls`. */
  readonly faults?: readonly InjectedFault[];
}

/** What a client needs to know about a running server; `kmsx local-kms` prints it. */
export interface LocalKmsAnnouncement {
  readonly Endpoint: string;
  readonly Region: string;
  readonly AccessKeyId: string;
  /** Secret, as far as a rehearsal has secrets. */
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

/** A running server. */
export interface LocalKms {
  readonly announcement: LocalKmsAnnouncement;
  /** Whether the folder already held a state. */
  readonly hadState: boolean;
  /** Replaces what goes wrong on purpose. */
  setFaults(faults: readonly InjectedFault[]): void;
  /** Stops accepting, lets running requests finish, releases the state. Harmless when called again. */
  close(): Promise<void>;
}

const MAX_ANNOUNCED_KEYS = 100;

/**
 * Starts the embedded KMS: an HTTP or HTTPS server on 127.0.0.1 that speaks KMS's RPC protocol (API version
 * 2016-01-20). It is for rehearsals and tests, never for real keys. It closes itself when `options.signal` aborts.
 *
 * @throws KmsxError `state-locked`, `state-malformed`, `seed-malformed`, `port-taken`, and the errors of reading and
 * writing files
 */
export async function startLocalKms(options: LocalKmsOptions): Promise<LocalKms> {
  const { stateFolder, waitForLockMs, signal } = options;
  signal.throwIfAborted();
  const storage =
    stateFolder === undefined
      ? memoryStorage()
      : await folderStorage(stateFolder, waitForLockMs, options);
  let tls: Tls | undefined;
  try {
    const loaded = await storage.load();
    const store = new KeyStore(loaded ?? (await saveNewState(storage, options)), storage);
    if (options.tls === true) tls = await prepareTls(options);
    const plan = new FaultPlan(options.faults);
    const server = await listen(store, tls, plan, options);
    const close = closeOnce(signal, async () => {
      try {
        await server.close();
        await store.close();
      } finally {
        await tls?.caFile.remove();
      }
    });
    store.expire(options.now());
    const announcement = announce(store.state, server.port, tls);
    const setFaults: LocalKms['setFaults'] = (faults) => {
      plan.replace(faults);
    };
    return { announcement, hadState: loaded !== undefined, setFaults, close };
  } catch (error) {
    await tls?.caFile.remove();
    await storage.close();
    throw error;
  }
}

async function listen(
  store: KeyStore,
  tls: Tls | undefined,
  plan: FaultPlan,
  options: LocalKmsOptions,
): Promise<HttpServer> {
  const gateway = new RequestGateway({
    store,
    randomBytes: (length) => options.randomBytes(length),
    now: () => options.now(),
    log: options.log,
    faults: { plan, hasTls: tls !== undefined },
  });
  return await startHttpServer({
    port: options.port,
    gateway,
    ...(tls !== undefined && {
      nextCertificate: () => {
        const wrong = plan.nextConnection();
        return wrong === undefined ? tls.certificates.right : tls.certificates.wrong[wrong];
      },
    }),
  });
}

/** Makes a function that closes, once, on its first call or when the signal aborts. */
function closeOnce(signal: AbortSignal, close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const closeNow = (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    closing ??= close();
    return closing;
  };
  const onAbort = (): void => {
    // Whoever calls `close` is told why it failed.
    closeNow().catch(() => undefined);
  };
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return closeNow;
}

async function saveNewState(storage: StateStorage, options: LocalKmsOptions): Promise<KmsState> {
  const state = await newState(options);
  await storage.save(state);
  return state;
}

async function newState({ seed, ...options }: LocalKmsOptions): Promise<KmsState> {
  const randomBytes = (length: number): Buffer => options.randomBytes(length);
  if (seed === undefined) return firstState(options.now(), randomBytes);
  // Loaded only with a seed: it brings a JSON schema validator.
  const { readSeed } = await import('./seed/read-seed.ts');
  return readSeed(seed.text, seed.label, { now: options.now(), randomBytes });
}

interface Tls {
  readonly certificates: ServerCertificates;
  readonly caFile: CaFile;
}

async function prepareTls(options: LocalKmsOptions): Promise<Tls> {
  // Loaded only with TLS: they bring the X.509 part of node-forge.
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

/** Preferably one that is usable as announced, and the account's own before those of RAM users. */
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
  const keys = [...state.keys.values()].slice(0, MAX_ANNOUNCED_KEYS);
  const aliasesOf = new Map(keys.map(({ keyId }) => [keyId, [] as string[]]));
  for (const { keyId, aliasName } of state.aliases.values()) aliasesOf.get(keyId)?.push(aliasName);
  return {
    Endpoint: `${tls === undefined ? 'http' : 'https'}://${LOOPBACK}:${port}`,
    Region: LOCAL_REGION,
    AccessKeyId: accessKey.accessKeyId,
    AccessKeySecret: accessKey.accessKeySecret,
    Keys: keys.map(({ keyId, keySpec }) => ({
      KeyId: keyId,
      Aliases: aliasesOf.get(keyId) ?? [],
      KeySpec: keySpec,
    })),
    ...(tls !== undefined && { CaFile: tls.caFile.path }),
  };
}
