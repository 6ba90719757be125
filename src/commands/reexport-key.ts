import type { Command } from 'commander';
import { kmsxError } from '../base/error.ts';
import { assertOneStdin, readInput } from '../cli/inputs.ts';
import type { Io } from '../cli/io.ts';
import { printResult } from '../cli/json-output.ts';
import type { Output } from '../cli/outputs.ts';
import { discardAll, prepareOutputs } from '../cli/outputs.ts';
import type { Session } from '../cli/session.ts';
import { assertSafeEnvironment, createSession } from '../cli/session.ts';
import type { EncryptionContext } from '../data-key/encryption-context.ts';
import { sameEncryptionContext } from '../data-key/encryption-context.ts';
import type { Envelope } from '../data-key/read-document.ts';
import { readEnvelope } from '../data-key/read-document.ts';
import type { Recipient, ReexportSource } from '../data-key/reexport.ts';
import { dryRunReexport, reexportDataKey } from '../data-key/reexport.ts';
import type { KmsClient } from '../kms/kms-client.ts';
import { connect } from './connect.ts';
import type { ConnectionOptions } from './connection-options.ts';
import {
  addConnectionOptions,
  assertRehearsalMatches,
  planConnection,
} from './connection-options.ts';
import type { ContextOptions } from './context-options.ts';
import { addContextOptions, contextInput, readContext } from './context-options.ts';
import { describe } from './describe.ts';
import { dryRunResult, warnOfRehearsal, writeDocument } from './export-output.ts';
import type { RecipientOptions } from './recipients.ts';
import { addRecipientOptions, checkRecipientOptions, readRecipients } from './recipients.ts';

interface ReexportKeyOptions extends ConnectionOptions, ContextOptions, RecipientOptions {
  readonly in: string;
  readonly dryRun: boolean;
  readonly out: string;
}

/** `kmsx reexport-key`: exports the data key of a backup under another public key. */
export function defineReexportKey(command: Command, io: Io): void {
  describe(command, {
    text: 'Exports the data key of a backup again, under other public keys or another algorithm (ExportDataKey). The backup is not changed; its context is taken from the document, or repeated by hand beside a bare CiphertextBlob.',
    examples: [
      [
        'for a replaced HSM',
        'kmsx reexport-key --in payments.backup.json --pubkey new-hsm.pub.pem --out payments.export.json',
      ],
      [
        'a bare CiphertextBlob with its context',
        'kmsx reexport-key --in payments.blob --context purpose=payments --region cn-hangzhou --pubkey new-hsm.pub.pem',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7],
  });
  command.option(
    '--in <file>',
    'a backup or export document, or a bare CiphertextBlob; - is standard input',
    '-',
  );
  addRecipientOptions(command);
  addContextOptions(command);
  command
    .option('--dry-run', 'ask KMS whether the calls would succeed, and write nothing', false)
    .option('--out <file>', 'where the export document goes; - is standard output', '-');
  addConnectionOptions(command);
  command.action(async (options: ReexportKeyOptions) => {
    await runReexportKey(options, createSession(command, io));
  });
}

async function runReexportKey(options: ReexportKeyOptions, session: Session): Promise<void> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  checkRecipientOptions(options);
  assertOneStdin([
    { option: '--in', path: options.in },
    ...options.pubkey.map((path) => ({ option: '--pubkey', path })),
    ...contextInput(options),
  ]);
  const { recipients, inputs } = await readRecipients(options, session);
  const { context, inputs: contextInputs } = await readContext(options, session, 'repeated');
  const input = await readInput(options.in, 'a backup document', io, reporter);
  const source = sourceOf(readEnvelope(input.bytes, input.label), context, input.label);
  const plan = await planConnection(options, { documentRegion: source.Region }, session);
  assertRehearsalMatches(source, plan, input.label);

  const outputs = await prepareOutputs(
    [{ option: '--out', path: options.out, holds: 'document' }],
    [...inputs, ...contextInputs, input, ...plan.inputs],
    { ...session.options, io, reporter },
  );
  try {
    const connection = await connect(plan, session);
    try {
      await reexportAndWrite(source, recipients, options.dryRun, outputs, session, connection.kms);
    } finally {
      await connection.close();
    }
  } finally {
    await discardAll(outputs);
  }
}

async function reexportAndWrite(
  source: ReexportSource,
  recipients: readonly Recipient[],
  isDryRun: boolean,
  outputs: readonly Output[],
  session: Session,
  kms: KmsClient,
): Promise<void> {
  if (isDryRun) {
    for (const recipient of recipients) await dryRunReexport(source, recipient, kms);
    await warnOfRehearsal(kms, session);
    await printResult(dryRunResult([], source.KeyId, kms), session);
    return;
  }
  const document = await reexportDataKey(source, recipients, { kms, now: () => session.io.now() });
  await warnOfRehearsal(kms, session);
  const [out] = outputs;
  if (out !== undefined) await writeDocument(document, out, session);
}

/** What a file says of the data key; the options say the rest. */
function sourceOf(
  envelope: Envelope,
  context: EncryptionContext | undefined,
  label: string,
): ReexportSource {
  switch (envelope.kind) {
    case 'export':
    case 'backup': {
      const { CiphertextBlob, KeyId, KeyVersionId, NumberOfBytes, EncryptionContext, Region } =
        envelope.document;
      if (context !== undefined && !sameEncryptionContext(context, EncryptionContext)) {
        throw kmsxError(
          'options-conflict',
          `--context differs from the encryption context that ${label} has`,
        );
      }
      const { Rehearsal } = envelope.document;
      return {
        CiphertextBlob,
        KeyId,
        KeyVersionId,
        NumberOfBytes,
        EncryptionContext,
        Region,
        Rehearsal,
      };
    }
    case 'answer':
      if (envelope.answer.CiphertextBlob === undefined) {
        throw kmsxError('document-malformed', `${label} has no CiphertextBlob`, { label });
      }
      return { CiphertextBlob: envelope.answer.CiphertextBlob, EncryptionContext: context };
    case 'bare':
      return { CiphertextBlob: envelope.base64, EncryptionContext: context };
  }
}
