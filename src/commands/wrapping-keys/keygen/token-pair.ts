import { kmsxError } from '../../../base/error.ts';
import { assertMakesWrappingKeys, destroyPairOf, makePairInToken } from '../../../hsm/key-pair.ts';
import type { TokenSession } from '../../../hsm/session.ts';
import { tokenKeyUri } from '../../../hsm/token-uri.ts';
import { findToken } from '../../../hsm/tokens.ts';
import type { Output } from '../../../terminal/files/outputs.ts';
import { assertOneStdin } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import { findWrappingKeySpec } from '../../../wrapping/algorithms.ts';
import { encodePem } from '../../../wrapping/pem.ts';
import { parseSeconds } from '../../shared/connection/connection-options.ts';
import { parseObjectLabel } from '../../shared/module/object-name.ts';
import type { ModuleOptions, TokenOptions } from '../../shared/module/module-options.ts';
import { tokenQuery } from '../../shared/module/module-options.ts';
import { withModule } from '../../shared/module/with-module.ts';
import type { PinOptions } from '../../shared/module/pin.ts';
import { assertOnePinSource, pinFileIds, pinInput } from '../../shared/module/pin.ts';
import { withToken } from '../../shared/module/token-keys.ts';
import { fileRows } from '../../shared/view/written.ts';
import { withOutputs } from '../../shared/with-outputs.ts';
import { fact } from '../../../terminal/output/view.ts';
import type { MadePair } from './view.ts';
import { pairView } from './view.ts';

export interface TokenPairOptions extends ModuleOptions, TokenOptions, PinOptions {
  readonly wrappingKeySpec: string;
  readonly pubkeyOut: string;
  readonly label: string;
  readonly timeout: string;
}

const ID_BYTES = 16;

/**
 * Makes a wrapping key pair in a token, and writes its public half to a file. Where that fails, the pair is removed.
 *
 * @throws KmsxError those of modules and tokens, of `makePairInToken`, and of outputs
 */
export async function makeTokenPair(
  options: TokenPairOptions,
  session: Session,
): Promise<MadePair> {
  const { io } = session;
  const keySpec = findWrappingKeySpec(options.wrappingKeySpec);
  if (keySpec !== 'RSA_2048') {
    throw kmsxError('not-offered-yet', `no module is known that unwraps with ${keySpec}`);
  }
  const timeoutMs = parseSeconds('--timeout', options.timeout);
  const query = tokenQuery(options);
  const label = parseObjectLabel('--label', options.label);
  assertOnePinSource(options);
  assertOneStdin(pinInput(options));
  const inputs = await pinFileIds(options, session);
  const request = { option: '--pubkey-out', path: options.pubkeyOut, holds: 'public key' } as const;
  return withOutputs({ publicKey: request }, inputs, session, ({ publicKey }) =>
    withModule(options, timeoutMs, session, async ({ call }) => {
      const token = await findToken(call, query);
      await assertMakesWrappingKeys(call, token);
      return withToken(call, token, true, options, session, (at) =>
        makeAndWrite(at, { label, id: io.randomBytes(ID_BYTES) }, publicKey, options),
      );
    }),
  );
}

async function makeAndWrite(
  at: TokenSession,
  name: { readonly label: string; readonly id: Buffer },
  output: Output,
  options: TokenPairOptions,
): Promise<MadePair> {
  const key = await makePairInToken(at, name);
  try {
    await output.write(encodePem('PUBLIC KEY', key.publicKey.spki));
  } catch (error) {
    await destroyPairOf(key);
    throw error;
  }
  const { token } = at;
  const report = {
    PublicKeyFingerprint: key.publicKey.fingerprint,
    WrappingKeySpec: 'RSA_2048' as const,
    Token: token.label,
    Serial: token.serial,
    Label: name.label,
    Id: name.id.toString('hex'),
    Uri: tokenKeyUri(token, name),
  };
  const rows = [
    fact('token', `${report.Token}, serial number ${report.Serial}`),
    fact('object', `${report.Label}, id ${report.Id}`),
    ...fileRows('public', [output]),
  ];
  return { report, view: pairView(report, rows, ['--for-token', report.Uri], options) };
}
