import { format } from 'prettier';
import type { OperationNotes } from '../src/local-kms/operations/operation-notes.ts';
import { NOT_OFFERED, OPERATION_NOTES } from '../src/local-kms/operations/operation-notes.ts';
import { OPERATIONS } from '../src/local-kms/operations/operations.ts';

const BEGIN = '<!-- operations:begin -->';
const END = '<!-- operations:end -->';

/**
 * docs/embedded-kms.md with the table of operations that the embedded KMS offers, between its two markers.
 *
 * @param page - the page as it is
 */
export async function withOperationsTable(page: string): Promise<string> {
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  if (after === '') throw new Error(`${BEGIN} and ${END} must be there`);
  const options = { parser: 'markdown', printWidth: 100, proseWrap: 'always' } as const;
  return `${before}${BEGIN}\n\n${await format(table(), options)}\n${END}${after}`;
}

function table(): string {
  const rows = Object.entries(OPERATION_NOTES).map(([action, notes]) => {
    const operation = OPERATIONS.get(action);
    if (operation === undefined) throw new Error(`${action} is not offered`);
    const { takesDryRun, onDedicatedGateway } = operation;
    const marks = [takesDryRun, onDedicatedGateway].map((is) => (is ? 'yes' : ''));
    return [action, notes.parameters.join(', '), ...marks, remarksOf(notes)];
  });
  const head = ['operation', 'parameters', 'DryRun', 'dedicated gateway', 'remarks'];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}

Everything else is refused as KMS's gateway refuses an action that it does not know
(\`InvalidAction.NotFound\`, 404). Of the operations that KMS has, those are: ${NOT_OFFERED.join(', ')}.`;
}

function remarksOf({ remark, refuses = [] }: OperationNotes): string {
  const names = refuses.join(', ');
  const refused = names === '' ? [] : [`${names}: refused (\`UnsupportedOperation\`)`];
  return [...(remark === undefined ? [] : [remark]), ...refused].join('; ');
}
