import { dirname, isAbsolute, join } from 'node:path';
import { envValue } from '../../base/env.ts';
import { kmsxError } from '../../base/error.ts';
import { SECRET_PREFIX, STORE_PREFIX } from '../../base/place-prefixes.ts';
import type { LineValues } from '../../batch/manifest/fields.ts';
import type { Session } from '../../terminal/session.ts';
import { readContext } from '../shared/context-options.ts';
import type { BatchOptions } from './options.ts';

/**
 * What the options say for all lines.
 *
 * @throws KmsxError those of `readContext`
 */
export async function commonValues(options: BatchOptions, session: Session): Promise<LineValues> {
  const { context } = await readContext(options, session, 'repeated');
  const { toContext, toContextFile } = options;
  const isTo = toContext.length > 0 || toContextFile !== undefined;
  const to = await readContext(
    {
      context: toContext,
      ...(toContextFile !== undefined && { contextFile: toContextFile }),
    },
    session,
    'repeated',
  );
  return {
    KeyId: options.keyId ?? envValue(session.io.env, 'KMSX_KEY_ID'),
    Pubkey: options.pubkey.length === 0 ? undefined : options.pubkey,
    ExpectFingerprint:
      options.expectFingerprint.length === 0 ? undefined : options.expectFingerprint,
    KeySpec: options.keySpec,
    NumberOfBytes: options.numberOfBytes,
    WrappingAlgorithm: options.wrappingAlgorithm,
    Context: context,
    Bind: options.bind || undefined,
    ToKeyId: options.toKeyId,
    ToContext: isTo ? (to.context ?? {}) : undefined,
    Privkey: options.privkey,
  };
}

/**
 * What a line says, and for all else what the options say: a field stands in place of its option. Fingerprints that the
 * options expect hold for the public keys of a line too, unless it says its own.
 *
 * @param manifest - as it was given: the paths of lines are relative to its folder
 * @throws KmsxError `bad-usage`
 */
export function mergeValues(common: LineValues, line: LineValues, manifest: string): LineValues {
  const at = (path: string): string => pathOf(path, manifest);
  const { Pubkey, In, Privkey, Against } = line;
  const hasSize = line.KeySpec !== undefined || line.NumberOfBytes !== undefined;
  return {
    ...common,
    ...(hasSize && { KeySpec: undefined, NumberOfBytes: undefined }),
    ...line,
    ...(Pubkey !== undefined && { Pubkey: Pubkey.map(at) }),
    ...(In !== undefined && { In: at(In) }),
    ...(Privkey !== undefined && { Privkey: at(Privkey) }),
    ...(Against !== undefined && { Against: Against.map(at) }),
  };
}

function pathOf(path: string, manifest: string): string {
  if (path === '-' || /^\/(?:dev\/(?:stdin|fd\/)|proc\/self\/fd\/)/.test(path)) {
    throw kmsxError('bad-usage', `${path} is no file that a line can name`, { hints: [] });
  }
  if (path.startsWith('pkcs11:')) {
    throw kmsxError('bad-usage', 'a batch works with private keys in files, not in tokens', {
      hints: [],
    });
  }
  const isKept = path.startsWith(SECRET_PREFIX) || path.startsWith(STORE_PREFIX);
  if (isKept || isAbsolute(path) || manifest === '-') return path;
  return dirname(manifest) === '.' ? path : join(dirname(manifest), path);
}
