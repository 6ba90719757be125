import { Config } from '@alicloud/openapi-client';
import { answerMalformed } from '../answers/errors.ts';
import { factsOf } from '../answers/error-table/table.ts';
import { AnswerFields } from '../answers/fields.ts';
import { fieldOf, parseObject, word } from '../answers/json.ts';
import type { Env } from '../base/env.ts';
import type { ResolvedCredentials } from '../credentials/credentials.ts';
import type { Authorities } from '../network/authorities.ts';
import type { ResolveRule } from '../network/endpoint.ts';
import { authorityOf, portOf, resolveRuleFor } from '../network/endpoint.ts';
import type { Proxy } from '../network/proxy/proxy.ts';
import { chooseProxy } from '../network/proxy/proxy.ts';
import { Transport } from '../network/transport.ts';
import type { AttemptClock, AttemptLimits, AttemptReport } from './attempts.ts';
import { Attempts } from './attempts.ts';
import type { Gateway } from './gateway.ts';
import { OfficialClient } from './official-client.ts';
import type { Operation } from './operations.ts';
import { KEY_CATALOG, OPERATIONS } from './operations.ts';
import type { Answered, DryRunAnswer, KmsClient } from './types.ts';

export interface ClientOptions {
  readonly gateway: Gateway;
  /** The client's own from now on: `close` closes them. */
  readonly credentials: ResolvedCredentials;
  /** What `loadAuthorities` made of `--ca-file`. */
  readonly authorities?: Authorities | undefined;
  readonly resolve?: readonly ResolveRule[] | undefined;
  readonly limits: AttemptLimits;
  /** For the proxy variables. */
  readonly env: Env;
  readonly signal?: AbortSignal | undefined;
  /** Added to the SDK's own, such as `kmsx/1.0.0`. */
  readonly userAgent: string;
  readonly clock: AttemptClock;
  /** For `--verbose`. */
  readonly onAttempt?: ((action: string, report: AttemptReport) => void) | undefined;
}

/**
 * Makes a client. Nothing is sent before the first call.
 *
 * @throws KmsxError `proxy-unsupported`, `gateway-malformed` (a proxy variable)
 */
export function createKmsClient(options: ClientOptions): KmsClient {
  const { gateway, credentials, authorities, env } = options;
  proxyOf(options); // one that cannot be used is found now
  const transport = new Transport({
    authorities: gateway.onlyCaFile ? authorities?.ofFile : authorities?.all,
    proxyAuthorities: authorities?.all,
    proxyEnv: env,
    resolve: options.resolve,
    // Credentials that are fetched are so within the time of the call that needs them.
    isMarked: credentials.renewal === undefined,
    expects: 'kms',
  });
  const host = authorityOf(gateway);
  const sdk = new OfficialClient(
    new Config({
      endpoint: host,
      protocol: gateway.protocol,
      regionId: gateway.region ?? '',
      credential: credentials.credential,
      userAgent: options.userAgent,
    }),
  );
  const attempts = new Attempts({ ...options, transport, host, renewal: credentials.renewal });

  const call =
    <Input, Output extends Answered>({ action, parameters, read }: Operation<Input, Output>) =>
    (input: Input): Promise<Output> =>
      attempts.run(action, async ({ headers }) => {
        const answer = await sdk.call(action, parameters(input), headers);
        const fields = new AnswerFields(action, answer);
        if (fieldOf(answer, 'Code') !== undefined) fields.fail('Code', 'stands beside a result');
        return read(fields, input);
      });

  const dryRun =
    <Input>({ action, parameters }: Operation<Input, unknown>) =>
    (input: Input): Promise<DryRunAnswer> =>
      attempts.run(action, async (exchange) => {
        const asked = { ...parameters(input), DryRun: 'true' };
        const failure = await sdk.call(action, asked, exchange.headers).then(
          () => undefined,
          (error: unknown) => ({ error }),
        );
        const body = parseObject(exchange.answer?.body ?? Buffer.alloc(0));
        const requestId = word(fieldOf(body, 'RequestId'));
        const code = word(fieldOf(body, 'Code'));
        if (code !== undefined && factsOf(code, 400).about === 'dry-run') {
          return { wouldSucceed: true, ...(requestId !== undefined && { requestId }) };
        }
        if (failure !== undefined) throw failure.error;
        throw answerMalformed(
          action,
          'it was carried out, although a dry run was requested',
          requestId,
        );
      });

  return {
    endpoint: gateway.url,
    region: gateway.region,
    origin: credentials.origin,
    get isRehearsal() {
      return attempts.isRehearsal;
    },
    get clockSkewMs() {
      return attempts.clockSkewMs;
    },
    generateAndExportDataKey: call(OPERATIONS.generateAndExportDataKey),
    exportDataKey: call(OPERATIONS.exportDataKey),
    decrypt: call(OPERATIONS.decrypt),
    reEncrypt: call(OPERATIONS.reEncrypt),
    createSecret: call(OPERATIONS.createSecret),
    describeSecret: call(OPERATIONS.describeSecret),
    getSecretValue: call(OPERATIONS.getSecretValue),
    listSecrets: call(OPERATIONS.listSecrets),
    keys: {
      describe: call(KEY_CATALOG.describe),
      list: call(KEY_CATALOG.list),
      listAliases: call(KEY_CATALOG.listAliases),
    },
    dryRun: {
      generateAndExportDataKey: dryRun(OPERATIONS.generateAndExportDataKey),
      exportDataKey: dryRun(OPERATIONS.exportDataKey),
      decrypt: dryRun(OPERATIONS.decrypt),
      reEncrypt: dryRun(OPERATIONS.reEncrypt),
    },
    accessKeyId: async () => (await credentials.credential.getCredential()).accessKeyId ?? '',
    close: async () => {
      await transport.close();
      await credentials.close();
    },
  };
}

/**
 * The proxy that requests to a gateway go through.
 *
 * @throws KmsxError `proxy-unsupported`, `gateway-malformed` (a proxy variable)
 */
export function proxyOf({
  gateway,
  resolve,
  env,
}: Pick<ClientOptions, 'gateway' | 'resolve' | 'env'>):
  Pick<Proxy, 'name' | 'variable'> | undefined {
  const { host, protocol } = gateway;
  if (resolveRuleFor(resolve, { host, port: portOf(gateway) }) !== undefined) return undefined;
  return chooseProxy(protocol, host, env);
}
