import type { JsonObject } from '../../base/json.ts';
import type { Report } from '../mistake.ts';
import { pointer } from '../mistake.ts';
import type { AccessRequest } from './access-request.ts';
import type { PolicyKind, Statement } from './statement.ts';
import { readStatement } from './statement.ts';

export type { PolicyKind } from './statement.ts';

/** In RAM's own words. */
export type PolicyVerdict = 'Allow' | 'ImplicitDeny' | 'ExplicitDeny';

/** A well-formed RAM policy or key policy. */
export class Policy {
  /** As it was given. */
  readonly document: JsonObject;
  // Derived from the document, and private so that comparing two policies ignores it.
  readonly #statements: readonly Statement[];

  constructor(document: JsonObject, statements: readonly Statement[]) {
    this.document = document;
    this.#statements = statements;
  }

  /** A Deny that covers the request wins; without an Allow that covers it, it is denied too. */
  judge(request: AccessRequest): PolicyVerdict {
    let verdict: PolicyVerdict = 'ImplicitDeny';
    for (const statement of this.#statements) {
      if (verdict === 'Allow' && statement.effect === 'Allow') continue;
      if (!statement.covers(request)) continue;
      if (statement.effect === 'Deny') return 'ExplicitDeny';
      verdict = 'Allow';
    }
    return verdict;
  }
}

/** A key policy's limit (SetKeyPolicy's page). */
const MAX_KEY_POLICY_BYTES = 32_768;

/**
 * Reads a RAM policy (`{"Version":"1","Statement":[…]}`, help 93738 and 93739) or a key policy (SetKeyPolicy's page).
 *
 * @returns the policy, or its first mistake: the place as a JSON pointer, and what would be right
 */
export function parsePolicy(document: JsonObject, kind: PolicyKind = 'ram'): Policy | string {
  const mistakes: string[] = [];
  const policy = readPolicyAt(document, kind, '', (path, problem) => {
    mistakes.push(`${path} ${problem}`.trim());
  });
  return mistakes[0] ?? policy;
}

/**
 * `parsePolicy` for a policy within a document: reports every mistake, and then returns an unusable policy.
 *
 * @param path - the JSON pointer of the policy in its document
 */
export function readPolicyAt(
  document: JsonObject,
  kind: PolicyKind,
  path: string,
  report: Report,
): Policy {
  for (const name of Object.keys(document)) {
    if (!['Version', 'Statement'].includes(name)) {
      report(pointer(path, name), 'is not an element of a policy; those are Version, Statement');
    }
  }
  if (document['Version'] !== '1') report(pointer(path, 'Version'), 'must be "1"');
  if (kind === 'key' && Buffer.byteLength(JSON.stringify(document)) > MAX_KEY_POLICY_BYTES) {
    report(path, `is longer than the ${MAX_KEY_POLICY_BYTES} bytes of a key policy`);
  }
  const at = pointer(path, 'Statement');
  const statements = document['Statement'];
  if (!Array.isArray(statements) || statements.length === 0) {
    report(at, 'must be a list of statements');
    return new Policy(document, []);
  }
  return new Policy(
    document,
    statements.map((statement: unknown, index) =>
      readStatement(statement, kind, pointer(at, index), report),
    ),
  );
}
