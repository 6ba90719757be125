import type { JsonObject } from '../base/json.ts';
import type { KmsAnswer } from './answer.ts';
import { refusalAnswer, successAnswer } from './answer.ts';
import type { FaultControl } from './faults/control-calls.ts';
import { controlCall, isControlCall } from './faults/control-calls.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import type { Treatment } from './faults/treatment.ts';
import { UNTOUCHED, losesCall, refusalInPlaceOfWork, treatedReply } from './faults/treatment.ts';
import type { OperationContext } from './operations/operation.ts';
import { OPERATIONS } from './operations/operations.ts';
import { performOperation } from './operations/perform.ts';
import type { Caller } from './permissions/caller.ts';
import { KeyPairQueue } from './keys/key-pair-queue.ts';
import { PublicKeyCache } from './encryption/public-key-cache.ts';
import type { RefusalCode } from './refusal.ts';
import { KmsRefusal, invalidParameter, refusal } from './refusal.ts';
import type { Reply } from './reply.ts';
import { requestIds } from './request-ids.ts';
import { formatEventLine, formatLogLine } from './request-log.ts';
import type { RawRequest, RpcRequest } from './request/rpc-request.ts';
import { readRpcRequest, requestedAction, requestedVersion } from './request/rpc-request.ts';
import { authenticate } from './signatures/authenticate.ts';
import { NonceMemory } from './signatures/nonce-memory.ts';
import { DueChanges } from './state/due-changes.ts';

const API_VERSION = '2016-01-20';

/** The server listens on loopback only. */
const SOURCE_IP = '127.0.0.1';

/** The name of a dedicated gateway, as the Host header has it; a port may follow. */
const DEDICATED_GATEWAY =
  /^(kst-[a-z0-9-]{1,59})\.cryptoservice\.kms\.aliyuncs\.com(?::\d{1,5})?$/i;

/** What stands between the HTTP server and the operations. It knows no sockets. */
export interface Gateway {
  /** Decides what a request gets, whatever it is. Never rejects. */
  reply(raw: RawRequest): Promise<Reply>;
  /** The answer to what could not be read as a request at all. */
  refuse(code: RefusalCode): KmsAnswer;
}

export interface GatewayOptions extends Omit<
  OperationContext,
  'caller' | 'instanceId' | 'publicKeys' | 'keyPairs'
> {
  /** Takes one line for each request; absent where nobody reads them. */
  readonly log?: ((line: string) => void) | undefined;
  readonly nonces?: NonceMemory;
  readonly faults?: FaultControl;
}

/** What is known of a request so far. */
interface Exchange {
  readonly time: Date;
  readonly requestId: string;
  request: RpcRequest | undefined;
  treatment: Treatment;
}

/** A request whose signature is right, and who made it. */
interface Identified {
  readonly request: RpcRequest;
  readonly action: string;
  readonly version: string;
  readonly caller: Caller;
}

/** Makes a gateway: reads a request, finds out who signed it, runs the operation, logs one line. */
export function createGateway(options: GatewayOptions): Gateway {
  const { store, randomBytes, now, log } = options;
  const nonces = options.nonces ?? new NonceMemory();
  const faults = options.faults ?? { plan: new FaultPlan(), hasTls: false };
  const publicKeys = new PublicKeyCache();
  const keyPairs = new KeyPairQueue();
  const dueChanges = new DueChanges({
    store,
    randomBytes,
    onFailure: (failure, time) => log?.(formatEventLine({ time, event: 'unsaved', failure })),
  });
  const newRequestId = requestIds(randomBytes);

  /** Finds out who makes a call, and notes in `exchange` what it learns on the way. */
  const identify = (raw: RawRequest, exchange: Exchange): Identified => {
    const request = readRpcRequest(raw);
    exchange.request = request;
    const action = requestedAction(request);
    const version = requestedVersion(request);
    const { accessKeys } = store.state;
    const accessKey = authenticate(request, { accessKeys, nonces, now: exchange.time });
    const caller: Caller = {
      accountId: accessKey.accountId,
      accessKey,
      request: {
        requestId: exchange.requestId,
        time: exchange.time,
        sourceIp: SOURCE_IP,
        isSecure: faults.hasTls,
      },
    };
    return { request, action, version, caller };
  };

  /** Does what time was to do. Nothing of it keeps a call from going on. */
  const letTimePass = (time: Date): Promise<void> | undefined => {
    store.expire(time);
    for (const { keyId, what } of store.takeExpired()) {
      const event = what === 'key' ? 'deleted' : 'material-deleted';
      log?.(formatEventLine({ time, event, keyId }));
    }
    return dueChanges.save(time);
  };

  /** Runs the call that a request asks for. */
  const call = (
    { request, action, version, caller }: Identified,
    exchange: Exchange,
  ): JsonObject | Promise<JsonObject> => {
    if (version !== API_VERSION) throw refusal('InvalidVersion');
    if (isControlCall(action)) {
      assertJsonFormat(request);
      return controlCall(action, request.parameters, caller, faults);
    }

    exchange.treatment = faults.plan.nextCall(action);
    const refused = refusalInPlaceOfWork(exchange.treatment);
    if (refused !== undefined) throw refused;
    if (losesCall(exchange.treatment)) return {};

    const operation = OPERATIONS.get(action);
    if (operation === undefined) throw refusal('InvalidAction.NotFound');
    assertJsonFormat(request);
    const instanceId = instanceOf(request.headers.get('host'));
    if (instanceId !== undefined && !operation.onDedicatedGateway) {
      throw refusal('UnsupportedOperation');
    }
    const context = { store, randomBytes, now, publicKeys, keyPairs, caller, instanceId };
    return performOperation(operation, request.parameters, context);
  };

  const reply = async (raw: RawRequest): Promise<Reply> => {
    const requestId = newRequestId();
    const exchange: Exchange = {
      time: now(),
      requestId,
      request: undefined,
      treatment: UNTOUCHED,
    };
    let answer: KmsAnswer;
    let code: RefusalCode | undefined;
    let failure: unknown;
    try {
      // Only after the signature is known to be right: a stranger causes no work.
      const identified = identify(raw, exchange);
      const saving = letTimePass(exchange.time);
      if (saving !== undefined) await saving;
      answer = successAnswer(requestId, await call(identified, exchange));
    } catch (error) {
      if (!(error instanceof KmsRefusal)) failure = error;
      const refused = error instanceof KmsRefusal ? error : refusal('InternalFailure');
      ({ code } = refused);
      answer = refusalAnswer(requestId, refused, exchange.request?.headers.get('host'));
    }
    const result = treatedReply(answer, exchange.treatment);
    if (log !== undefined) log(lineOf(exchange, result, code, failure));
    return result;
  };

  const lineOf = (
    { time, requestId, request, treatment }: Exchange,
    result: Reply,
    code: RefusalCode | undefined,
    failure: unknown,
  ): string =>
    formatLogLine({
      time,
      action: request?.headers.get('x-acs-action') ?? request?.parameters.get('Action'),
      httpStatus: 'answer' in result ? result.answer.httpStatus : undefined,
      code,
      requestId,
      durationMs: now().getTime() - time.getTime(),
      fault: treatment.name,
      failure,
    });

  const refuse = (code: RefusalCode): KmsAnswer => {
    const requestId = newRequestId();
    const answer = refusalAnswer(requestId, refusal(code));
    if (log !== undefined) {
      const exchange = { time: now(), requestId, request: undefined, treatment: UNTOUCHED };
      log(lineOf(exchange, { ending: 'whole', answer, delayMs: 0 }, code, undefined));
    }
    return answer;
  };

  return { reply, refuse };
}

/** The KMS instance whose dedicated gateway a call came to, by its Host header. */
function instanceOf(host = ''): string | undefined {
  return DEDICATED_GATEWAY.exec(host)?.[1]?.toLowerCase();
}

function assertJsonFormat({ parameters }: RpcRequest): void {
  const format = parameters.get('Format');
  if (format !== undefined && !/^json$/i.test(format)) throw invalidParameter('Format');
}
