import { shellLines } from '../output/shell-lines.ts';
import { wrap } from '../output/wrap.ts';

/** Names and what each means. */
export type Rows = readonly (readonly [string, string])[];

/** What each command line is for, and the line itself, as it is typed in a shell. */
export type Examples = readonly (readonly [string, string])[];

/** A part of a help text: a paragraph, or a list with or without a title. */
export type Block =
  | string
  | { readonly title?: string | undefined; readonly rows: Rows; readonly left?: number | undefined }
  | { readonly title?: string | undefined; readonly examples: Examples };

/** Columns of a list's descriptions below which they stand under the names instead of beside them. */
const NARROWEST = 32;

/** Command lines are broken here, even where there is more room. */
const COMMAND_WIDTH = 80;

const INDENT = '  ';

/** Lays out the parts of a help text, an empty line between two, in so many columns. Words are never broken. */
export function layout(blocks: readonly Block[], width: number): string {
  return `${blocks.map((block) => layoutBlock(block, width)).join('\n\n')}\n`;
}

function layoutBlock(block: Block, width: number): string {
  if (typeof block === 'string') return wrapped(block, width);
  const title = block.title === undefined ? '' : `${wrapped(block.title, width)}\n`;
  if ('examples' in block) return title + block.examples.map(exampleIn(width)).join('\n\n');
  return title + layoutRows(block.rows, width, block.left ?? leftOf(block.rows));
}

/** The column in which the descriptions of a list begin. */
export function leftOf(rows: Rows): number {
  return Math.max(0, ...rows.map(([name]) => name.length)) + 2 * INDENT.length;
}

function layoutRows(rows: Rows, width: number, left: number): string {
  const isStacked = width - left < NARROWEST;
  return rows
    .map(([name, text]) => {
      if (isStacked) {
        const below = INDENT.repeat(3);
        return `${wrapped(INDENT + name.trimEnd(), width, below)}\n${below}${wrapped(text, width - below.length, '', below)}`;
      }
      const indent = ' '.repeat(left);
      return `${(INDENT + name).padEnd(left)}${wrapped(text, width - left, '', indent)}`.trimEnd();
    })
    .join('\n');
}

function exampleIn(width: number): (example: Examples[number]) => string {
  return ([purpose, line]) => {
    const comment = INDENT + wrapped(`# ${purpose}`, width - INDENT.length, '# ', INDENT);
    const room = Math.min(width, COMMAND_WIDTH) - INDENT.length;
    return [comment, ...shellLines(line, room).map((part) => INDENT + part)].join('\n');
  };
}

/**
 * Wraps a text at its blanks, as one text.
 *
 * @param hanging - what every line but the first begins with
 * @param outside - what stands before that, and does not count
 */
export function wrapped(text: string, width: number, hanging = '', outside = ''): string {
  return wrap(text, width, hanging).join(`\n${outside}`);
}
