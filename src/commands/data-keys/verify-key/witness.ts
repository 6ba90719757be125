import { kmsxError } from '../../../base/error.ts';
import type { Io } from '../../../terminal/io.ts';
import type { Env } from '../../../base/env.ts';
import { envValue } from '../../../base/env.ts';
import { oneLine } from '../../../terminal/output/printable.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import type { KeyCheckValue } from '../../../documents/key-check-value.ts';
import { oneTimeAlgorithm } from '../../../data-key/one-time-export.ts';
import type { OpenableExport } from '../../../data-key/verify/verify-backups.ts';
import type {
  EnvelopePlace,
  WitnessExport,
  WitnessRequest,
} from '../../../data-key/witness/witness.ts';
import type { WitnessGateway, WitnessRoute } from '../../../data-key/witness/aliyun.ts';
import type { ResolveRule } from '../../../network/endpoint.ts';
import { isLoopback, portOf, resolveRuleFor } from '../../../network/endpoint.ts';
import { chooseProxy } from '../../../network/proxy/proxy.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import type { KmsClient } from '../../../kms/types.ts';
import { isRegion } from '../../../network/region.ts';
import type { OpenedBackup } from '../../shared/backup/backup-input.ts';
import { secretNameOf, storeNameOf } from '../../shared/backup/backup-places.ts';
import type {
  ConnectionOptions,
  ConnectionPlan,
} from '../../shared/connection/connection-options.ts';
import type { PassphraseOptions } from '../../shared/passphrase.ts';
import type { ExportInput } from '../../shared/read-export.ts';

interface WitnessOptions extends ConnectionOptions, PassphraseOptions {
  readonly privkey: readonly string[];
  readonly witness: boolean;
}

/**
 * Refuses `--witness` if the commands could not be run later: with a private key that only this process can read, and
 * with an embedded KMS that ends with it.
 *
 * @throws KmsxError `options-conflict`
 */
export function assertWitnessable(
  { witness, privkey }: WitnessOptions,
  backups: readonly OpenedBackup[],
): void {
  if (!witness) return;
  if (privkey.length > 1) {
    throw kmsxError('options-conflict', '--witness goes with one --privkey', {
      hints: ['give one --privkey at a time, or leave --witness out'],
    });
  }
  if (privkey.some(isPassing)) {
    throw kmsxError(
      'options-conflict',
      '--witness needs --privkey as a file: its commands read the key again',
      { hints: ['give --privkey FILE, or leave --witness out'] },
    );
  }
  const stored = backups.find(({ place }) => storeNameOf(place) !== undefined);
  if (stored !== undefined) {
    throw kmsxError(
      'options-conflict',
      `--witness needs backups in files or secrets, and ${stored.place} is in a store`,
      { hints: ['write it to a file first, as docs/store.md shows, or leave --witness out'] },
    );
  }
  if (backups.some(({ plan }) => plan.gateway.kind === 'local')) {
    throw kmsxError(
      'options-conflict',
      '--witness needs a KMS that stays, and --gateway local ends with the command',
      {
        hints: [
          'start kmsx local-kms and give --endpoint with its Endpoint, or leave --witness out',
        ],
      },
    );
  }
}

/** An export that was opened, and where a witness finds it. */
type ExportInPlace = Pick<ExportInput, 'place' | 'label' | 'envelope'> & {
  readonly opened: OpenableExport;
};

/** A backup that KMS was asked about. */
export interface AskedBackup {
  readonly backup: OpenedBackup;
  readonly source: BackupSource;
  readonly kms: KmsClient;
  readonly beside: OpenableExport | undefined;
}

/** Says where a witness finds what was compared, and how they reach KMS. */
export function witnessRequest(
  options: WitnessOptions,
  exported: ExportInPlace | undefined,
  asked: readonly AskedBackup[],
  checkValues: readonly KeyCheckValue[],
  io: Io,
): WitnessRequest {
  const [privkey] = options.privkey;
  return {
    privateKey:
      privkey === undefined
        ? undefined
        : { path: privkey, passphraseSource: passphraseSource(options) },
    export: exported && witnessExport(exported),
    checkValues,
    backups: asked.map(({ backup, source, kms, beside }) => ({
      label: oneLine(backup.label),
      place: placeOfBlob(backup, source),
      context: source.EncryptionContext,
      algorithm: oneTimeAlgorithm(source.NumberOfBytes),
      gateway: {
        endpoint: kms.endpoint,
        region: kms.region ?? regionOf(source),
        caFile: options.caFile ?? envValue(io.env, 'KMSX_CA_FILE'),
        origin: kms.origin,
        ...addressing(backup.plan, io.env),
      },
      beside: witnessBeside(backup, beside),
    })),
  };
}

/** A document's Region goes into a command only where it is one. */
function regionOf({ Region }: BackupSource): string | undefined {
  return Region !== undefined && isRegion(Region) ? Region : undefined;
}

/** By which certificates the gateway is trusted, at which address and by which route it is reached. */
function addressing(
  { gateway, resolve }: ConnectionPlan,
  env: Env,
): Pick<WitnessGateway, 'onlyCaFile' | 'resolve' | 'route'> {
  if (gateway.kind === 'local') throw new TypeError('a witness asks a KMS that stays');
  const target = { host: gateway.host, port: portOf(gateway) };
  const rule = resolveRuleFor(resolve, target);
  return { onlyCaFile: gateway.onlyCaFile, resolve: rule, route: routeTo(gateway, rule, env) };
}

/** A witness who has a proxy must pass it by where kmsx did. */
function routeTo(gateway: Gateway, rule: ResolveRule | undefined, env: Env): WitnessRoute {
  const proxy = rule === undefined ? chooseProxy(gateway.protocol, gateway.host, env) : undefined;
  if (proxy !== undefined) return { kind: 'proxy', variable: proxy.variable };
  const isSet = Object.keys(env).some((name) => /^(?:https?|all)_proxy$/i.test(name) && env[name]);
  return rule !== undefined || isLoopback(gateway.host) || isSet
    ? { kind: 'direct', host: gateway.host }
    : { kind: 'no proxy is set' };
}

function witnessBeside(
  { place, label, envelope }: OpenedBackup,
  opened: OpenableExport | undefined,
): WitnessExport | undefined {
  if (opened === undefined || envelope === undefined) return undefined;
  return witnessExport({ place, label: `the export of ${label}`, envelope, opened });
}

function witnessExport({ place, label, envelope, opened }: ExportInPlace): WitnessExport {
  const { exportedDataKey, algorithm } = opened.wrapped;
  const byValue: EnvelopePlace = { kind: 'value', base64: exportedDataKey };
  const shown = { label: oneLine(label), algorithm, exportedDataKey };
  if (envelope.kind !== 'export' || isPassing(place)) return { ...shown, place: byValue };
  const index = envelope.document.Exports.findIndex(
    ({ PublicKeyFingerprint }) => PublicKeyFingerprint === opened.privateKey.fingerprint,
  );
  const filter = `.Exports[${index}].ExportedDataKey`;
  return { ...shown, place: { kind: 'field', path: place, filter } };
}

function placeOfBlob(
  { place, envelope }: OpenedBackup,
  { CiphertextBlob }: BackupSource,
): EnvelopePlace {
  const filter = '.CiphertextBlob';
  const name = secretNameOf(place);
  if (name !== undefined) return { kind: 'secret', name, filter };
  const isDocument = envelope?.kind === 'export' || envelope?.kind === 'backup';
  return isDocument && !isPassing(place)
    ? { kind: 'field', path: place, filter }
    : { kind: 'value', base64: CiphertextBlob };
}

/** OpenSSL reads the first line of a file, or a variable, as kmsx does; else it asks on the terminal. */
function passphraseSource({
  passphraseFile,
  passphraseEnv,
}: PassphraseOptions): string | undefined {
  if (passphraseEnv !== undefined) return `env:${passphraseEnv}`;
  if (passphraseFile === undefined || isPassing(passphraseFile)) return undefined;
  return `file:${passphraseFile}`;
}

/** Whether a path is read once: standard input, or what a shell made for this process. */
function isPassing(path: string): boolean {
  return path === '-' || /^\/(?:dev|proc)\//.test(path);
}
