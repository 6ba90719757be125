import type { CeremonyPlan, PlanRecipient, Role } from './plan/plan.ts';

/** What a step does. */
export type StepKind =
  | 'people'
  | 'wrapping-key'
  | 'fingerprint'
  | 'dry-run'
  | 'data-key'
  | 'export'
  | 'check-value'
  | 'backups'
  | 'witness'
  | 'documents'
  | 'seal';

/** What somebody says aloud. */
export interface SpokenLine {
  readonly role: Role;
  readonly words: string;
}

/** A step of a ceremony, before it is carried out. */
export interface Step {
  /** From 1. */
  readonly number: number;
  readonly kind: StepKind;
  /** The recipient that the step is for, where it is for one. */
  readonly recipient?: PlanRecipient;
  readonly name: string;
  /** What is done, for the paper and the record. */
  readonly text: string;
  readonly says: readonly SpokenLine[];
}

type Draft = Omit<Step, 'number'>;

/** What each person attests. */
export const STATEMENT =
  'I take part in this ceremony in the role that is named beside my name. I will say so if anything happens that is not in the script.';

/** The steps of a plan, in order. */
export function stepsOf(plan: CeremonyPlan): readonly Step[] {
  const { Recipients: recipients } = plan;
  const [first, ...others] = recipients;
  const drafts: Draft[] = [
    people(),
    ...recipients.flatMap((recipient) => [wrappingKey(recipient, plan), fingerprint(recipient)]),
    dryRun(),
    dataKey(plan, first),
    ...others.map((recipient) => exportAgain(recipient)),
    ...recipients.map((recipient) => checkValue(recipient)),
    backups(),
    ...(plan.Witness ? [witness()] : []),
    documents(),
    seal(),
  ];
  return drafts.map((draft, index) => ({ number: index + 1, ...draft }));
}

function people(): Draft {
  return {
    kind: 'people',
    name: 'the people',
    text: 'Each person is named with role and affiliation, and agrees with the statement.',
    says: [
      { role: 'leader', words: 'I read the statement. Each of you says: I agree.' },
      { role: 'operator', words: 'I type Yes for each person who agreed.' },
    ],
  };
}

function wrappingKey(recipient: PlanRecipient, { Unattended }: CeremonyPlan): Draft {
  const text =
    recipient.MakePair === true
      ? `A wrapping key pair is made in the folder of the ceremony; the private half is ${Unattended === true ? 'not encrypted, since nobody is there to type a passphrase' : 'encrypted with the passphrase of its custodian'}.`
      : recipient.Token !== undefined
        ? 'The public half is read from the token.'
        : 'The file of the public half is read and copied into the folder of the ceremony.';
  return {
    kind: 'wrapping-key',
    recipient,
    name: `the wrapping key of ${recipient.Name}`,
    text,
    says: [],
  };
}

function fingerprint(recipient: PlanRecipient): Draft {
  const from =
    recipient.ExpectFingerprint === undefined
      ? 'The witness reads the fingerprint back from the screen, digit by digit.'
      : 'The fingerprint is compared, digit by digit, with the one from the second source.';
  return {
    kind: 'fingerprint',
    recipient,
    name: `the fingerprint of ${recipient.Name}`,
    text: `${from} Sixteen groups, or thirty-two words.`,
    says: [
      { role: 'leader', words: `The fingerprint of ${recipient.Name}. Custodian, please read.` },
      { role: 'custodian', words: 'I read the groups from my paper.' },
      { role: 'witness', words: 'After each group: same. After the last: all the same.' },
      { role: 'operator', words: 'I type Yes.' },
    ],
  };
}

function dryRun(): Draft {
  return {
    kind: 'dry-run',
    name: 'the dry run',
    text: 'KMS is asked whether it would make the data key. Nothing is generated or written.',
    says: [],
  };
}

function dataKey({ Backups }: CeremonyPlan, recipient: PlanRecipient): Draft {
  return {
    kind: 'data-key',
    recipient,
    name: 'the data key',
    text: `KMS generates the data key. Its backup goes into the folder of the ceremony and to ${Backups.length} places, then the export for ${recipient.Name} is written.`,
    says: [{ role: 'leader', words: 'From now on a data key exists. No file is deleted.' }],
  };
}

function exportAgain(recipient: PlanRecipient): Draft {
  return {
    kind: 'export',
    recipient,
    name: `the export for ${recipient.Name}`,
    text: 'The data key of the backup is exported under the wrapping key of the recipient.',
    says: [],
  };
}

function checkValue(recipient: PlanRecipient): Draft {
  const isHere = recipient.Unwrap === 'here';
  return {
    kind: 'check-value',
    recipient,
    name: `the check value of ${recipient.Name}`,
    text: isHere
      ? 'The export is unwrapped here, and the backup is opened by KMS for a one-time key: both hold the same data key.'
      : 'The export is carried to the private half. The check value that is shown there is read aloud and typed; the backup must have it.',
    says: isHere
      ? []
      : [
          { role: 'leader', words: 'The check value of the data key. Custodian, please read.' },
          { role: 'custodian', words: 'I read the method and the groups that are shown.' },
          { role: 'witness', words: 'I read the screen back.' },
        ],
  };
}

function backups(): Draft {
  return {
    kind: 'backups',
    name: 'the backups',
    text: 'Each backup is read again from its place and opened by KMS: it has the check values of the data key.',
    says: [],
  };
}

function witness(): Draft {
  return {
    kind: 'witness',
    name: 'other programs',
    text: 'The commands are kept with which openssl and aliyun repeat what was verified.',
    says: [],
  };
}

function documents(): Draft {
  return {
    kind: 'documents',
    name: 'the files',
    text: 'The public keys, the export and the backups are compared: they belong together.',
    says: [],
  };
}

function seal(): Draft {
  return {
    kind: 'seal',
    name: 'the record',
    text: 'The record is sealed. Its head is read aloud and copied by hand.',
    says: [
      { role: 'leader', words: 'The ceremony is complete. The head of the record is read.' },
      { role: 'witness', words: 'I write it on my paper.' },
    ],
  };
}

/** The recipient of a step that is for one. */
export function recipientOf({ recipient, name }: Step): PlanRecipient {
  if (recipient === undefined) throw new TypeError(`${name} is for a recipient`);
  return recipient;
}
