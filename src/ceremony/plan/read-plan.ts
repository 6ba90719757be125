import { kmsxError } from '../../base/error.ts';
import { decodeText } from '../../base/text/text.ts';
import type { Mistake, Path } from './yaml-document.ts';
import { parseYaml } from './parse-yaml.ts';
import type { CeremonyPlan, PlanPerson, PlanRecipient } from './plan.ts';
import { PLAN_FORMAT, ROLES } from './plan.ts';
import type { Complain } from './read-fields.ts';
import {
  choice,
  flag,
  integer,
  line,
  list,
  object,
  only,
  optional,
  required,
  texts,
} from './read-fields.ts';
import { placeOf } from './yaml-nodes.ts';

/** A plan's text is at most so long, in bytes. */
export const MAX_PLAN_BYTES = 256 * 1024;

/** As many recipients as an export document can have. */
const MAX_RECIPIENTS = 100;
const MAX_PEOPLE = 100;
const MAX_BACKUPS = 20;

/** What fits in a line of paper or two. */
const SHORT = 200;
const PATH = 4096;

/** What stands in a template for what has to be filled in. */
const BLANK = '<[^<>]*>';

/** Digits may stand in groups, as they are read aloud. */
const FINGERPRINT = new RegExp(`^(?:[Ss][Hh][Aa]256:(?:[\\s-]*[0-9a-fA-F]){64}|${BLANK})$`);
const HEAD = new RegExp(`^(?:[0-9a-f]{64}|${BLANK})$`);

/** A plan, and where each of its fields stands. */
export interface ReadPlan {
  readonly plan: CeremonyPlan;
  /** The line of a field, an item, or the nearest thing around it that is there; from 1. */
  readonly lineOf: (path: Path) => number;
}

type PlanFields = Omit<CeremonyPlan, 'Recipients' | 'Bind' | 'Witness'> & {
  readonly Recipients: readonly RecipientFields[];
  readonly Bind?: boolean;
  readonly Witness?: boolean;
};

type RecipientFields = Omit<PlanRecipient, 'Unwrap'> & {
  readonly Unwrap?: PlanRecipient['Unwrap'];
};

const PERSON = object<PlanPerson>({
  Name: required(line(SHORT)),
  Role: required(choice(ROLES)),
  Affiliation: optional(line(SHORT)),
  Identified: optional(line(SHORT)),
});

const RECIPIENT = object<RecipientFields>(
  {
    Name: required(line(SHORT)),
    Pubkey: optional(line(PATH)),
    Token: optional(line(PATH)),
    MakePair: optional(only),
    ExpectFingerprint: optional(line(SHORT, FINGERPRINT, 'is not SHA256: and 64 digits')),
    Custodian: optional(line(SHORT)),
    Unwrap: optional(choice(['here', 'elsewhere'])),
    Privkey: optional(line(PATH)),
  },
  judgeRecipient,
);

const PLAN = object<PlanFields>(
  {
    Format: required(choice([PLAN_FORMAT])),
    Title: required(line(SHORT)),
    Practice: required(flag),
    Unattended: optional(only),
    Place: optional(line(SHORT)),
    Previous: optional(line(SHORT, HEAD, 'is not 64 hexadecimal digits in lower case')),
    KeyId: required(line(SHORT * 2)),
    KeySpec: optional(choice(['AES_256', 'AES_128'])),
    NumberOfBytes: optional(integer(1, 1024)),
    Context: optional(texts),
    Bind: optional(flag),
    People: required(list(PERSON, 1, MAX_PEOPLE)),
    Recipients: required(list(RECIPIENT, 1, MAX_RECIPIENTS)),
    Backups: required(list(line(PATH), 0, MAX_BACKUPS)),
    Witness: optional(flag),
    Signatures: optional(object({ Threshold: required(integer(1, MAX_PEOPLE)) })),
  },
  ({ KeySpec, NumberOfBytes }, path, complain) => {
    if (KeySpec === undefined || NumberOfBytes === undefined) return;
    complain([...path, 'NumberOfBytes'], 'and KeySpec exclude each other');
  },
);

/**
 * Reads a plan by its form; `checkPlan` judges its sense.
 *
 * @param bytes - YAML 1.2 or JSON, in UTF-8
 * @param label - what the plan is called in errors
 * @throws KmsxError `plan-malformed`, with every mistake in its details; `document-malformed` for what is no text;
 * `input-too-large`
 */
export function readPlan(bytes: Buffer, label: string): ReadPlan {
  if (bytes.length > MAX_PLAN_BYTES) {
    throw kmsxError('input-too-large', `${label} is larger than 256 KiB, too large for a plan`, {
      details: { label },
    });
  }
  const { value, lineOf, mistakes: ofText } = parseYaml(decodeText(bytes, label));
  const mistakes = [...ofText];
  // What could be parsed is read too, so that all mistakes are told at once.
  const complain: Complain = (path, problem, hint) => {
    const place = placeOf(path);
    const message = place === '' ? `the plan ${problem}` : `${place} ${problem}`;
    mistakes.push({ line: lineOf(path), message, hint });
  };
  const fields = value === undefined ? undefined : PLAN(value, [], complain);
  const [first, ...others] = fields?.Recipients ?? [];
  if (mistakes.length > 0 || fields === undefined || first === undefined) {
    throw malformed(mistakes, label);
  }
  const plan = {
    ...fields,
    Bind: fields.Bind ?? true,
    Recipients: [withUnwrap(first), ...others.map(withUnwrap)] as const,
    Witness: fields.Witness ?? false,
  };
  return { plan, lineOf };
}

function malformed(mistakes: readonly Mistake[], label: string): Error {
  const all = mistakes.toSorted((a, b) => a.line - b.line);
  const [first, ...others] = all;
  if (first === undefined) throw new TypeError('a plan without a mistake is read');
  const more = others.length === 0 ? '' : `; ${all.length} mistakes in all`;
  return kmsxError('plan-malformed', `${label}:${first.line}: ${first.message}${more}`, {
    details: { mistakes: all },
    hints: first.hint === undefined ? undefined : [first.hint],
  });
}

/** What is between the fields of a recipient. */
function judgeRecipient(
  { Pubkey, Token, MakePair, ExpectFingerprint, Unwrap, Privkey }: Partial<RecipientFields>,
  path: Path,
  complain: Complain,
): void {
  const sources = [Pubkey, Token, MakePair].filter((source) => source !== undefined);
  if (sources.length === 0) complain(path, 'has none of Pubkey, Token and MakePair');
  if (sources.length > 1) complain(path, 'has more than one of Pubkey, Token and MakePair');
  if (MakePair === true && ExpectFingerprint !== undefined) {
    complain([...path, 'ExpectFingerprint'], 'cannot be known of a pair that is made later');
  }
  if (Privkey !== undefined && Pubkey === undefined) {
    complain([...path, 'Privkey'], 'goes with Pubkey');
  } else if (Privkey !== undefined && Unwrap === 'elsewhere') {
    complain([...path, 'Privkey'], 'goes with Unwrap: here');
  }
  if (Unwrap === 'here' && Pubkey !== undefined && Privkey === undefined) {
    complain([...path, 'Unwrap'], 'is here, and there is no Privkey');
  }
}

function withUnwrap(recipient: RecipientFields): PlanRecipient {
  const { Privkey, Token, MakePair } = recipient;
  const isHere = [Privkey, Token, MakePair].some((value) => value !== undefined);
  return { ...recipient, Unwrap: recipient.Unwrap ?? (isHere ? 'here' : 'elsewhere') };
}
