import type { JsonObject } from '../base/json.ts';
import type { KmsAnswer } from './answer.ts';
import { refusalAnswer, successAnswer } from './answer.ts';
import { randomUuid } from './identifiers.ts';
import type { OperationContext } from './operations/operation.ts';
import { OPERATIONS } from './operations/operations.ts';
import { performOperation } from './operations/perform.ts';
import type { RefusalCode } from './refusal.ts';
import { KmsRefusal, invalidParameter, refusal } from './refusal.ts';
import { formatLogLine } from './request-log.ts';
import type { RawRequest, RpcRequest } from './rpc-request.ts';
import { readRpcRequest, requestedAction, requestedVersion } from './rpc-request.ts';
import { authenticate } from './signatures/authenticate.ts';
import { NonceMemory } from './signatures/nonce-memory.ts';

const API_VERSION = '2016-01-20';

/** What stands between the HTTP server and the operations. It knows no sockets. */
export interface Gateway {
  /** Answers a request, whatever it is. Never rejects. */
  answer(raw: RawRequest): Promise<KmsAnswer>;
  /** The answer to what could not be read as a request at all. */
  refuse(code: RefusalCode): KmsAnswer;
}

export interface GatewayOptions extends Omit<OperationContext, 'caller' | 'instanceId'> {
  log(line: string): void;
  readonly nonces?: NonceMemory;
}

/** Makes a gateway: reads a request, finds out who signed it, runs the operation, logs one line. */
export function createGateway(options: GatewayOptions): Gateway {
  const nonces = options.nonces ?? new NonceMemory();
  const newRequestId = (): string => randomUuid(options.randomBytes).toUpperCase();

  const call = async (request: RpcRequest): Promise<JsonObject> => {
    const action = requestedAction(request);
    const version = requestedVersion(request);
    const { accessKeys } = options.store.state;
    const accessKey = authenticate(request, { accessKeys, nonces, now: options.now() });
    const caller = { accountId: accessKey.accountId, accessKey };
    if (version !== API_VERSION) throw refusal('InvalidVersion');
    const operation = OPERATIONS.get(action);
    if (operation === undefined) throw refusal('InvalidAction.NotFound');
    if (/^json$/i.test(request.parameters.get('Format') ?? 'JSON')) {
      return performOperation(operation, request.parameters, { ...options, caller });
    }
    throw invalidParameter('Format');
  };

  const answer = async (raw: RawRequest): Promise<KmsAnswer> => {
    const time = options.now();
    const requestId = newRequestId();
    let request: RpcRequest | undefined;
    let result: KmsAnswer;
    let refused: KmsRefusal | undefined;
    let failure: unknown;
    try {
      request = readRpcRequest(raw);
      result = successAnswer(requestId, await call(request));
    } catch (error) {
      if (!(error instanceof KmsRefusal)) failure = error;
      refused = error instanceof KmsRefusal ? error : refusal('InternalFailure');
      result = refusalAnswer(requestId, refused, request?.headers.get('host'));
    }
    options.log(
      formatLogLine({
        time,
        action: request?.headers.get('x-acs-action') ?? request?.parameters.get('Action'),
        httpStatus: result.httpStatus,
        code: refused?.code,
        requestId,
        durationMs: options.now().getTime() - time.getTime(),
        failure,
      }),
    );
    return result;
  };

  const refuse = (code: RefusalCode): KmsAnswer => {
    const requestId = newRequestId();
    const result = refusalAnswer(requestId, refusal(code));
    const { httpStatus } = result;
    options.log(
      formatLogLine({
        time: options.now(),
        action: undefined,
        httpStatus,
        code,
        requestId,
        durationMs: 0,
      }),
    );
    return result;
  };

  return { answer, refuse };
}
