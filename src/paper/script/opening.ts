import type { CeremonyPlan, PlanPerson } from '../../ceremony/plan/plan.ts';
import { STATEMENT } from '../../ceremony/steps.ts';
import { sha256Digits } from '../digits.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { aloud, block, emptyList, facts, LINE, list, tick } from '../parts.ts';

/** What this paper is, when and where it is used, and what runs: the first page. */
export function opening(plan: CeremonyPlan, planSHA256: string, version: string): Html {
  return html`<h1>${plan.Title}</h1>
    <p>
      Everything that is done is in this script, in this order. What is not in it, or goes another
      way, is written on an exception sheet before the ceremony goes on.
    </p>
    ${block(
      html`<h3>Which ceremony this is</h3>
        <p>
          Tick what is printed at the head of this page: ${tick('PRACTICE')} ${tick('PRODUCTION')}
        </p>
        ${plan.Practice ? html`<p>This is a practice: nothing that is made here may be used.</p>` : html`<p>This is no practice: the data key that is made here is used.</p>`}`,
      facts([
        ['Codename', LINE],
        ['Date', LINE],
        ['Start (UTC)', LINE],
        ['Place', plan.Place ?? LINE],
      ]),
    )}
    ${block(
      html`<h3>What runs</h3>
        <p>
          This script was printed by kmsx ${version} from the plan with this SHA-256, as sha256sum
          prints it. The plan of the day must be the same.
        </p>
        ${aloud(planSHA256)}
        <p>${tick('The plan of the day has the same SHA-256.')}</p>
        <p class="note">
          Copied by hand from the screen, the program from kmsx version --verbose:
        </p>`,
      facts([
        ['Plan, first group', LINE],
        ['Plan, last group', LINE],
        ['Version of kmsx', LINE],
      ]),
      emptyList(['File of the program', 'SHA-256: first eight digits', 'last eight digits'], 3),
    )}
    ${previous(plan)}`;
}

function previous({ Previous }: CeremonyPlan): Html {
  const digits = Previous === undefined ? undefined : sha256Digits(Previous);
  if (digits === undefined) {
    return block(
      html`<h3>The record before</h3>
        <p>The plan names none. ${tick('This is the first ceremony.')}</p>`,
    );
  }
  return block(
    html`<h3>The head of the record before</h3>
      <p>It is compared with the paper of the ceremony before.</p>
      ${aloud(digits)}
      <p>${tick('It is the same.')}</p>`,
  );
}

/** The people, with what they attest. */
export function participants(people: readonly PlanPerson[]): Html {
  return html`<h2>The people</h2>
    <p>
      Each person reads the statement, ticks one box and signs. Who does not agree says why on an
      exception sheet.
    </p>
    <p><b>“${STATEMENT}”</b></p>
    ${list(
      ['Person', 'Identified by', 'Agrees', 'Signature', 'Initials'],
      people.map((person) => [
        html`<b>${person.Name}</b
          ><br />${person.Role}${person.Affiliation === undefined ? undefined : html`<br />${person.Affiliation}`}`,
        person.Identified ?? LINE,
        html`${tick('agree')}<br />${tick('do not agree')}`,
        LINE,
        LINE,
      ]),
    )}`;
}

/** The devices and bags, to be filled in by hand. */
export function things(): Html {
  return html`<h2>The things</h2>
    <p>Machines, modules, cards, sticks, bags and seals, each as it comes in and as it leaves.</p>
    ${emptyList(['Thing', 'Maker and serial number', 'Bag or seal, in', 'Bag or seal, out', 'Initials'], 8)}`;
}
