import { hasCode, KmsxError, kmsxError } from '../../../base/error.ts';
import { parseJson } from '../../../base/json.ts';
import type { VerifyResult } from '../../../data-key/verify/verify-key.ts';
import {
  checkValueText,
  parseExpectedCheckValue,
  strongestCheckValues,
} from '../../../documents/key-check-value.ts';
import type { KeyCheckValue } from '../../../documents/key-check-value.ts';
import { aloudLines } from '../../aloud/lines.ts';
import type { PlanRecipient } from '../../plan/plan.ts';
import type { Step } from '../../steps.ts';
import { recipientOf } from '../../steps.ts';
import { answer, confirm, personOf } from '../ask.ts';
import { knownOf } from '../known.ts';
import { filesIn } from '../names.ts';
import type { Call, CallResult, Findings, Stage } from '../stage.ts';

/** A check value that differs is typed again so often, before it is a mismatch. */
const MORE_TRIES = 2;

/**
 * Compares the data key that a recipient has with the backup.
 *
 * @throws KmsxError `check-value-mismatch`, `data-keys-differ`, `ceremony-stopped`, those of `verify-key`
 */
export async function compareCheckValue(step: Step, stage: Stage): Promise<Findings> {
  const recipient = recipientOf(step);
  return recipient.Unwrap === 'here'
    ? await openHere(recipient, step, stage)
    : await openElsewhere(recipient, step, stage);
}

async function openHere(recipient: PlanRecipient, step: Step, stage: Stage): Promise<Findings> {
  const files = filesIn(stage.folder);
  const { Token, Privkey, Name } = recipient;
  const privkey =
    Token ?? (Privkey === undefined ? files.privateKey(recipient) : stage.fileOf(Privkey));
  const { checkValues: known } = knownOf(stage.record.events);
  const result = await verify(stage, {
    options: [
      ['--in', files.export(recipient)],
      ['--privkey', privkey],
      ['--against', files.backup],
      ['--expect-check-value', strongestCheckValues(known).map(checkValueText)],
    ],
    takes: [Token === undefined ? 'passphrase' : 'module', 'connection'],
  });
  const values = result.verdict.KeyCheckValues ?? [];
  const reader = recipient.Custodian ?? personOf('custodian', stage)?.Name;
  for (const value of strongestCheckValues(values)) {
    await confirm(
      {
        What: 'check value',
        Of: Name,
        Value: `${value.Method} ${value.Value}`,
        ...(reader !== undefined && { ReadBy: reader }),
        lines: [
          `the check value of the data key, as ${Name} holds it, by ${value.Method}`,
          ...aloudLines(value.Value),
        ],
        question: 'Is it read aloud and written down?',
      },
      step,
      stage,
    );
  }
  return findings(recipient, result);
}

async function openElsewhere(
  recipient: PlanRecipient,
  step: Step,
  stage: Stage,
): Promise<Findings> {
  const files = filesIn(stage.folder);
  const { Name, Custodian } = recipient;
  const reader = Custodian ?? personOf('custodian', stage)?.Name ?? 'the custodian';
  for (let triesLeft = MORE_TRIES; ; triesLeft -= 1) {
    const value = await typedCheckValue(reader, recipient, step, stage);
    const told = {
      Type: 'compared',
      Step: step.number,
      What: 'check value',
      Of: Name,
      ReadBy: reader,
      How: 'typed',
      Typed: `${value.Method} ${value.Value}`,
    } as const;
    try {
      const result = await verify(stage, {
        options: [
          ['--against', files.backup],
          ['--expect-check-value', checkValueText(value)],
        ],
        takes: ['connection'],
      });
      await stage.record.append({ ...told, Value: told.Typed, Same: true });
      await stage.say(`the same: the data key of ${Name} has the check value ${told.Typed}`);
      return findings(recipient, result);
    } catch (error) {
      if (!hasCode(error, 'check-value-mismatch')) throw error;
      await stage.record.append({ ...told, Value: 'that of the backup', Same: false });
      // What it should have been comes from the second source alone.
      if (triesLeft === 0) {
        throw kmsxError(
          'check-value-mismatch',
          `the check value that was typed for ${Name} is not that of the backup`,
        );
      }
      await stage.say(
        `that is not the check value of the backup: read it again, and type it again (${triesLeft} more)`,
      );
    }
  }
}

async function typedCheckValue(
  reader: string,
  recipient: PlanRecipient,
  step: Step,
  stage: Stage,
): Promise<KeyCheckValue> {
  const path = filesIn(stage.folder).export(recipient);
  const lines = [
    `bring ${path} to the private half: ${recipient.Name}`,
    `${reader} reads the check value that is shown there: its method, then its groups`,
  ];
  for (;;) {
    const typed = await answer(
      lines,
      'Type it (label:…, sha256:…, cmac:… or ecb:…), or deviation: ',
      step,
      stage,
    );
    try {
      return parseExpectedCheckValue(typed);
    } catch (error) {
      if (!(error instanceof KmsxError)) throw error;
      await stage.say(error.message);
      for (const hint of error.hints ?? []) await stage.say(hint);
    }
  }
}

/** Runs `verify-key`; with a mismatch it throws. */
export async function verify(
  stage: Stage,
  call: Omit<Call, 'words'>,
): Promise<CallResult & { readonly verdict: VerifyResult }> {
  const result = await stage.call({ words: ['verify-key'], ...call });
  return { ...result, verdict: parseJson(result.printed, 'verify-key') as VerifyResult };
}

/** What `verify-key` found, for the record. */
export function verdictFacts({ KeyCheckValues, NumberOfBytes, AssuranceBits }: VerifyResult): {
  readonly KeyCheckValues?: readonly KeyCheckValue[];
  readonly NumberOfBytes?: number;
  readonly AssuranceBits?: number;
} {
  return {
    ...(KeyCheckValues !== undefined && { KeyCheckValues }),
    ...(NumberOfBytes !== undefined && { NumberOfBytes }),
    ...(AssuranceBits !== undefined && { AssuranceBits }),
  };
}

function findings(
  recipient: PlanRecipient,
  { typed, verdict }: CallResult & { readonly verdict: VerifyResult },
): Findings {
  return {
    commands: [typed],
    requestIds: verdict.Backups.flatMap(({ RequestId }) => RequestId ?? []),
    facts: { Recipient: recipient.Name, ...verdictFacts(verdict) },
  };
}
