import type { JsonObject } from '../base/json.ts';
import type { KmsAnswer, Reply } from './answer.ts';
import { refusalAnswer, successAnswer } from './answer.ts';
import { PublicKeyCache } from './encryption/public-key-cache.ts';
import type { FaultControl } from './faults/control-calls.ts';
import { controlCall, isControlCall } from './faults/control-calls.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import type { Treatment } from './faults/treatment.ts';
import { UNTOUCHED, losesCall, refusalInPlaceOfWork, treatedReply } from './faults/treatment.ts';
import type { RandomBytes } from './identifiers.ts';
import { pooled, randomUuid } from './identifiers.ts';
import { KeyPairQueue } from './keys/key-pair-queue.ts';
import type { OperationContext } from './operations/operation.ts';
import { OPERATIONS } from './operations/operations.ts';
import { performOperation } from './operations/perform.ts';
import type { Caller } from './permissions/caller.ts';
import type { RefusalCode } from './refusal.ts';
import { KmsRefusal, invalidParameter, refusal } from './refusal.ts';
import { formatEventLine, formatLogLine } from './request-log.ts';
import type { RawRequest, RpcRequest } from './request/rpc-request.ts';
import { readRpcRequest, requestedAction, requestedVersion } from './request/rpc-request.ts';
import { authenticate } from './signatures/authenticate.ts';
import { NonceMemory } from './signatures/nonce-memory.ts';
import { DueChanges } from './state/due-changes.ts';

const API_VERSION = '2016-01-20';

/** The server listens on loopback only. */
const SOURCE_IP = '127.0.0.1';

/** The name of a dedicated gateway, as in the Host header; a port may follow. */
const DEDICATED_GATEWAY =
  /^(kst-[a-z0-9-]{1,59})\.cryptoservice\.kms\.aliyuncs\.com(?::\d{1,5})?$/i;

interface RequestGatewayOptions extends Pick<OperationContext, 'store' | 'randomBytes' | 'now'> {
  /** Receives one line per request; absent without a log. */
  readonly log?: ((line: string) => void) | undefined;
  readonly nonces?: NonceMemory;
  readonly faults?: FaultControl;
}

/** What is known about a request so far. */
interface RequestRecord {
  readonly time: Date;
  readonly requestId: string;
  request?: RpcRequest;
  treatment: Treatment;
  /** Why it was refused. */
  code?: RefusalCode;
  /** What broke in this server. */
  failure?: unknown;
}

/** A request with a valid signature, and who made it. */
interface Identified {
  readonly request: RpcRequest;
  readonly action: string;
  readonly version: string;
  readonly caller: Caller;
}

/** What the HTTP server uses of a gateway. */
export type RequestHandler = Pick<RequestGateway, 'reply' | 'refuse'>;

/**
 * Between the HTTP server and the operations: reads a request, finds out who signed it, runs the operation, logs one
 * line. It knows nothing of sockets.
 */
export class RequestGateway {
  readonly #options: RequestGatewayOptions;
  readonly #nonces: NonceMemory;
  readonly #faults: FaultControl;
  readonly #publicKeys = new PublicKeyCache();
  readonly #keyPairs = new KeyPairQueue();
  readonly #dueChanges: DueChanges;
  readonly #randomBytes: RandomBytes;

  constructor(options: RequestGatewayOptions) {
    const { store, log } = options;
    const randomBytes = pooled(options.randomBytes);
    this.#options = options;
    this.#nonces = options.nonces ?? new NonceMemory();
    this.#faults = options.faults ?? { plan: new FaultPlan(), hasTls: false };
    this.#dueChanges = new DueChanges({
      store,
      randomBytes,
      onFailure: (failure, time) => log?.(formatEventLine({ time, event: 'unsaved', failure })),
    });
    this.#randomBytes = randomBytes;
  }

  /** Decides what a request gets, whatever it is. Never rejects. `GET /health` is unsigned, and not logged. */
  async reply(raw: RawRequest): Promise<Reply> {
    const record = this.#newRecord();
    if (raw.method === 'GET' && raw.target === '/health') {
      return treatedReply(successAnswer(record.requestId, { Status: 'OK' }), UNTOUCHED);
    }
    let answer: KmsAnswer;
    try {
      const identified = this.#identify(raw, record);
      // Only after the signature is verified: strangers must not cause work.
      const saving = this.#applyDueChanges(record.time);
      if (saving !== undefined) await saving;
      answer = successAnswer(record.requestId, await this.#call(identified, record));
    } catch (error) {
      if (!(error instanceof KmsRefusal)) record.failure = error;
      const refused = error instanceof KmsRefusal ? error : refusal('InternalFailure');
      record.code = refused.code;
      answer = refusalAnswer(record.requestId, refused, record.request?.headers.get('host'));
    }
    const reply = treatedReply(answer, record.treatment);
    this.#log(record, 'answer' in reply ? reply.answer.httpStatus : undefined);
    return reply;
  }

  /** Answers what could not be read as a request at all. */
  refuse(code: RefusalCode): KmsAnswer {
    const record = { ...this.#newRecord(), code };
    const answer = refusalAnswer(record.requestId, refusal(code));
    this.#log(record, answer.httpStatus);
    return answer;
  }

  #newRecord(): RequestRecord {
    return {
      time: this.#options.now(),
      requestId: randomUuid(this.#randomBytes).toUpperCase(),
      treatment: UNTOUCHED,
    };
  }

  #identify(raw: RawRequest, record: RequestRecord): Identified {
    const request = readRpcRequest(raw);
    record.request = request;
    const action = requestedAction(request);
    const version = requestedVersion(request);
    const { accessKeys } = this.#options.store.state;
    const { time, requestId } = record;
    const accessKey = authenticate(request, { accessKeys, nonces: this.#nonces, now: time });
    const caller: Caller = {
      accountId: accessKey.accountId,
      accessKey,
      request: { requestId, time, sourceIp: SOURCE_IP, isSecure: this.#faults.hasTls },
    };
    return { request, action, version, caller };
  }

  /** Applies what has become due by a time. It never makes a call fail. */
  #applyDueChanges(time: Date): Promise<void> | undefined {
    const { store, log } = this.#options;
    store.expire(time);
    for (const { keyId, what } of store.takeExpired()) {
      const event = what === 'key' ? 'deleted' : 'material-deleted';
      log?.(formatEventLine({ time, event, keyId }));
    }
    return this.#dueChanges.save(time);
  }

  #call(
    { request, action, version, caller }: Identified,
    record: RequestRecord,
  ): JsonObject | Promise<JsonObject> {
    if (version !== API_VERSION) throw refusal('InvalidVersion');
    if (isControlCall(action)) {
      assertJsonFormat(request);
      return controlCall(action, request.parameters, caller, this.#faults);
    }

    record.treatment = this.#faults.plan.nextCall(action, caller.accountId, record.time);
    const refused = refusalInPlaceOfWork(record.treatment);
    if (refused !== undefined) throw refused;
    if (losesCall(record.treatment)) return {};

    const operation = OPERATIONS.get(action);
    if (operation === undefined) throw refusal('InvalidAction.NotFound');
    assertJsonFormat(request);
    const instanceId = instanceOf(request.headers.get('host'));
    if (instanceId !== undefined && !operation.onDedicatedGateway) {
      throw refusal('UnsupportedOperation');
    }
    const { store, now } = this.#options;
    return performOperation(operation, request.parameters, {
      store,
      randomBytes: this.#randomBytes,
      now,
      publicKeys: this.#publicKeys,
      keyPairs: this.#keyPairs,
      exportsSm2InDer: record.treatment.exportsSm2InDer,
      caller,
      instanceId,
    });
  }

  #log(record: RequestRecord, httpStatus: number | undefined): void {
    const { log, now } = this.#options;
    const { request, time, treatment, code, ...rest } = record;
    log?.(
      formatLogLine({
        ...rest,
        time,
        action: request?.headers.get('x-acs-action') ?? request?.parameters.get('Action'),
        httpStatus,
        code,
        durationMs: now().getTime() - time.getTime(),
        fault: treatment.name,
      }),
    );
  }
}

/** The KMS instance whose dedicated gateway a call came to, by its Host header. */
function instanceOf(host = ''): string | undefined {
  return DEDICATED_GATEWAY.exec(host)?.[1]?.toLowerCase();
}

function assertJsonFormat({ parameters }: RpcRequest): void {
  const format = parameters.get('Format');
  if (format !== undefined && !/^json$/i.test(format)) throw invalidParameter('Format');
}
