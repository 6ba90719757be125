import type { PlanPerson } from '../../ceremony/plan/plan.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { block, cells, facts, LINE, LINES, list, tick } from '../parts.ts';

/** So many are in a script; more are copies. */
const EXCEPTION_SHEETS = 2;

/** Sheets for what went another way, each on a page of its own. */
export function exceptionSheets(): Html {
  return html`${Array.from({ length: EXCEPTION_SHEETS }, (_, index) => exceptionSheet(index + 1))}`;
}

function exceptionSheet(number: number): Html {
  return html`<div class="sheet">
    <h2>Exception sheet ${number} of ${EXCEPTION_SHEETS}</h2>
    ${block(
      html`<p>
        The same is typed as a deviation. A sheet that was not needed is crossed out and initialled
        by the witness.
      </p>`,
      facts([
        ['Date and time (UTC)', LINE],
        ['Step', LINE],
        ['Expected', LINES],
        ['Happened', LINES],
        ['Decided', LINES],
        ['By', LINE],
        ['Initials of all', LINES],
      ]),
      html`<p>${tick('used')} ${tick('crossed out')}</p>`,
    )}
  </div>`;
}

/** ICAO, Annex 10, volume II, 5.2.1.3. */
const LETTERS =
  'Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu'.split(
    ' ',
  );

const LETTERS_IN_A_ROW = 6;

/** How letters are spelled. Of a hash only the first six are needed. */
export function spellingAlphabet(): Html {
  const rows = Array.from({ length: Math.ceil(LETTERS.length / LETTERS_IN_A_ROW) }, (_, row) =>
    LETTERS.slice(row * LETTERS_IN_A_ROW, (row + 1) * LETTERS_IN_A_ROW),
  );
  return block(
    html`<h3>Spelling</h3>
      <p>
        Digits are read in groups, letters by this alphabet. Words are read line by line; of two
        syllables and of three by turns, so that one that is missing is heard.
      </p>
      <table>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((letter) => html`<td>${letter}</td>`)}
            </tr>`,
        )}
      </table>`,
  );
}

/** The end: what was counted, the head, and who was there. */
export function ending(people: readonly PlanPerson[]): Html {
  return html`<div class="sheet">
    <h2>The end</h2>
    ${block(
      facts([
        ['End (UTC)', LINE],
        ['Exception sheets used', LINE],
        ['Sheets crossed out', LINE],
      ]),
      html`<p>${tick('complete')} ${tick('not complete')}</p>`,
    )}
    ${block(
      html`<h3>The head of the record</h3>
        <p>
          Written by hand, as it is read aloud. Who has this paper can prove later that the record
          is the same: kmsx record verify --head.
        </p>
        ${cells(16)}
        <p class="note">Its words, at least the first four and the last four:</p>`,
      LINES,
    )}
    ${list(
      ['Person', 'Signature', 'Time (UTC)'],
      people.map(({ Name, Role }) => [html`<b>${Name}</b><br />${Role}`, LINE, LINE]),
    )}
  </div>`;
}
