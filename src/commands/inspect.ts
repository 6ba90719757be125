import type { Command } from 'commander';
import { KmsxError } from '../base/error.ts';
import { assertOneStdin, readInput } from '../cli/inputs.ts';
import type { Io } from '../cli/io.ts';
import { printResults } from '../cli/json-output.ts';
import { oneLine } from '../cli/printable.ts';
import type { Session } from '../cli/session.ts';
import { assertSafeEnvironment, createSession } from '../cli/session.ts';
import type { Envelope } from '../data-key/read-document.ts';
import { readEnvelope } from '../data-key/read-document.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { WRAPPING_ALGORITHMS } from '../wrapping/algorithms.ts';
import type { KeyFacts } from '../wrapping/key-facts.ts';
import { describePrivateKey } from '../wrapping/private-key.ts';
import type { PublicKeyFacts } from '../wrapping/public-key.ts';
import { readPublicKey, requireWrappingKey } from '../wrapping/public-key.ts';
import { describe } from './describe.ts';

/** What a file is: `File` and `Type` first, then what can be told of that type. Nothing secret. */
type Inspection = Readonly<Record<string, unknown>>;

/** `kmsx inspect`: says what files are, offline. */
export function defineInspect(command: Command, io: Io): void {
  describe(command, {
    text: 'Says what each file is, offline: a document of kmsx, an answer of KMS, a public or private key (never its secret part), a bare ciphertext. A table on a terminal, JSON Lines elsewhere.',
    examples: [
      ['what a public key is, and its fingerprint', 'kmsx inspect wrapping.pub.pem'],
      [
        'which keys an export is for',
        'kmsx inspect --json export.json | jq -r .Exports[].PublicKeyFingerprint',
      ],
    ],
    exitCodes: [0, 2, 7],
  });
  command.argument('<file...>', 'files; - is standard input');
  command.action(async (files: readonly string[]) => {
    const session = createSession(command, io);
    const inspections = await runInspect(files, session);
    await printResults(inspections, tableOf, session);
  });
}

async function runInspect(files: readonly string[], session: Session): Promise<Inspection[]> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  assertOneStdin(files.map((path) => ({ option: 'a file argument', path })));
  const inspections: Inspection[] = [];
  for (const file of files) {
    const { bytes, label } = await readInput(file, 'a key or document', io, reporter);
    try {
      inspections.push({ File: file, ...(await inspectBytes(bytes, label)) });
    } finally {
      bytes.fill(0);
    }
  }
  return inspections;
}

async function inspectBytes(bytes: Buffer, label: string): Promise<Inspection> {
  try {
    return inspectPublicKey(readPublicKey(bytes, label), label);
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    if (error.code === 'pubkey-is-private') return await inspectPrivateKey(bytes, label);
    if (error.code !== 'pubkey-malformed') throw error;
  }
  return inspectEnvelope(readEnvelope(bytes, label));
}

function inspectPublicKey(facts: PublicKeyFacts, label: string): Inspection {
  return {
    Type: 'public key',
    Form: facts.form,
    ...keyFields(facts),
    ...(facts.notAfter !== undefined && { CertificateExpires: facts.notAfter.toISOString() }),
    ...usability(facts, label),
  };
}

/** Whether KMS takes the key, for which algorithms, and how many bytes each can carry. */
function usability(facts: PublicKeyFacts, label: string): Inspection {
  try {
    const { keySpec } = requireWrappingKey(facts, label);
    const algorithms = WRAPPING_ALGORITHMS.filter((entry) => entry.keySpec === keySpec);
    return { WrappingKeySpec: keySpec, MaxDataKeyBytes: capacities(algorithms) };
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    return { NotUsable: error.message };
  }
}

function capacities(algorithms: readonly WrappingAlgorithm[]): Inspection {
  return Object.fromEntries(algorithms.map(({ name, maxDataKeyBytes }) => [name, maxDataKeyBytes]));
}

async function inspectPrivateKey(bytes: Buffer, label: string): Promise<Inspection> {
  const facts = await describePrivateKey(bytes, label);
  return {
    Type: 'private key',
    Form: facts.form,
    Encrypted: facts.encrypted,
    ...keyFields(facts),
  };
}

function keyFields(facts: Partial<KeyFacts>): Inspection {
  const { keyType, modulusBits, publicExponent, curve, fingerprint } = facts;
  return {
    ...(keyType !== undefined && { KeyType: keyType }),
    ...(modulusBits !== undefined && { ModulusBits: modulusBits }),
    ...(publicExponent !== undefined && { PublicExponent: publicExponent.toString() }),
    ...(curve !== undefined && { Curve: curve }),
    ...(fingerprint !== undefined && { PublicKeyFingerprint: fingerprint }),
  };
}

function inspectEnvelope(envelope: Envelope): Inspection {
  switch (envelope.kind) {
    case 'export': {
      const { Exports, ExportedDataKey, CiphertextBlob, ...rest } = envelope.document;
      return {
        Type: 'export document',
        ...rest,
        CiphertextBlobBytes: lengthOf(CiphertextBlob),
        Exports: Exports.map(({ ExportedDataKey, ...entry }) => ({
          ...entry,
          ExportedDataKeyBytes: lengthOf(ExportedDataKey),
        })),
      };
    }
    case 'backup': {
      const { CiphertextBlob, ...rest } = envelope.document;
      return { Type: 'backup document', ...rest, CiphertextBlobBytes: lengthOf(CiphertextBlob) };
    }
    case 'answer': {
      const { CiphertextBlob, ExportedDataKey, KeyId, KeyVersionId } = envelope.answer;
      return {
        Type: 'answer of KMS',
        ...(KeyId !== undefined && { KeyId }),
        ...(KeyVersionId !== undefined && { KeyVersionId }),
        ...(CiphertextBlob !== undefined && { CiphertextBlobBytes: lengthOf(CiphertextBlob) }),
        ...(ExportedDataKey !== undefined && { ExportedDataKeyBytes: lengthOf(ExportedDataKey) }),
      };
    }
    case 'bare':
      return inspectBare(lengthOf(envelope.base64));
  }
}

/** A value without a name: its length alone tells what it may be. */
function inspectBare(bytes: number): Inspection {
  const isShort = bytes < SHORTEST_CIPHERTEXT_BYTES;
  const type = isShort ? 'bare base64 value, too short for a ciphertext' : 'bare ciphertext';
  return { Type: type, Bytes: bytes };
}

/** A CiphertextBlob has a key version, an IV and a tag beside the data key. */
const SHORTEST_CIPHERTEXT_BYTES = 65;

function lengthOf(base64: string): number {
  return Buffer.from(base64, 'base64').length;
}

/** One block a file: a line for each fact. */
function tableOf(inspections: readonly Inspection[]): string {
  const blocks = inspections.map(({ File, Type, ...facts }) => {
    const lines = Object.entries(facts).map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `  ${name.padEnd(22)}${oneLine(text)}`;
    });
    return [oneLine(`${String(File)}: ${String(Type)}`), ...lines].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}
