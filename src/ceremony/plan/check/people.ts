import type { CeremonyPlan, PlanPerson, Role } from '../plan.ts';
import type { Found } from './findings.ts';
import { error, sameName, warning } from './findings.ts';

const NEEDED = ['leader', 'operator', 'witness'] as const satisfies readonly Role[];

/** Roles that nobody has who is the operator: they watch what the operator types. */
const WATCHING: readonly Role[] = ['leader', 'witness'];

/** Who takes part: roles that are missing, people in two roles that exclude each other, too few to sign. */
export function checkPeople({ People, Recipients, Signatures }: CeremonyPlan): Found[] {
  return [
    ...missingRoles(People),
    ...samePeople(People),
    ...Recipients.flatMap(({ Custodian }, index) => {
      const isKnown = People.some(({ Name }) => Name === Custodian);
      if (Custodian === undefined || isKnown) return [];
      const message = 'the custodian is none of People';
      return [error(['Recipients', index, 'Custodian'], 'custodian-unknown', message)];
    }),
    ...oneCustodian(Recipients.map(({ Custodian }) => Custodian)),
    ...signatures(People, Signatures?.Threshold),
  ];
}

function missingRoles(people: readonly PlanPerson[]): Found[] {
  const count = (role: Role): number => people.filter(({ Role: each }) => each === role).length;
  const missing = NEEDED.filter((role) => count(role) === 0).map((role) =>
    error(['People'], `${role}-missing`, `there is no ${role}`),
  );
  return count('witness') === 1
    ? [...missing, warning(['People'], 'one-witness', 'there is one witness; two see more')]
    : missing;
}

function samePeople(people: readonly PlanPerson[]): Found[] {
  return people.flatMap(({ Name, Role: role }, index): Found[] => {
    const others = people.slice(0, index).filter((each) => sameName(each.Name) === sameName(Name));
    const roles = [role, ...others.map((each) => each.Role)];
    const watching = roles.find((each) => WATCHING.includes(each));
    if (others.some((each) => each.Role === role)) {
      return [error(['People', index], 'person-twice', 'the same person has this role twice')];
    }
    if (others.length === 0 || !roles.includes('operator') || watching === undefined) return [];
    const message = `the ${watching} is also the operator, whom the ${watching} has to watch`;
    return [error(['People', index], 'roles-exclusive', message)];
  });
}

function oneCustodian(custodians: readonly (string | undefined)[]): Found[] {
  const [first, ...others] = custodians;
  if (first === undefined || others.length === 0) return [];
  if (others.some((each) => each === undefined || sameName(each) !== sameName(first))) return [];
  const message = 'one custodian has the private half of every recipient';
  return [warning(['Recipients'], 'one-custodian', message)];
}

function signatures(people: readonly PlanPerson[], threshold: number | undefined): Found[] {
  if (threshold === undefined) {
    const message = 'nobody is asked to sign the record: its head on paper is the only proof of it';
    return [warning([], 'no-signatures', message, 'add Signatures with a Threshold')];
  }
  const count = new Set(people.map(({ Name }) => sameName(Name))).size;
  if (threshold <= count) return [];
  const message = `${threshold} people are to sign, and ${count} take part`;
  return [error(['Signatures', 'Threshold'], 'threshold-too-high', message)];
}
