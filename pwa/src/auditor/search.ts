/** The search for cases and what it found last, so that coming back from a case shows the same list. */
import { shallowReactive, shallowReadonly } from 'vue';
import { ApiError, post } from '../api';
import { forgetPerson, session } from '../session';
import type { FoundRow } from './found';

/**
 * Attributes: `query` what is asked for, empty for the newest; `rows` what was found, null until it has come;
 * `rowsFor` what they were found for; `trouble` why nothing came.
 */
interface Search {
  person: string | null;
  query: string;
  rows: readonly FoundRow[] | null;
  rowsFor: string;
  trouble: ApiError | null;
}

const state = shallowReactive<Search>({ person: null, query: '', rows: null, rowsFor: '', trouble: null });

/** The search as it stands. */
export const search = shallowReadonly(state);

/** Goes on with the last search of the person signed in, or begins anew for another person. */
export async function resumeSearch(): Promise<void> {
  const person = session.person?.id ?? null;
  if (state.person !== person) Object.assign(state, { person, query: '', rows: null, rowsFor: '', trouble: null });
  await findCases(state.query);
}

/** Finds cases by number, name or item; the query travels in the body, since names never stand in an address. */
export async function findCases(query: string): Promise<void> {
  const asked = query.trim();
  state.query = asked;
  state.trouble = null;
  try {
    const { rows } = await post<{ rows: FoundRow[] }>('/api/cases/search', { q: asked });
    if (state.query === asked) Object.assign(state, { rows, rowsFor: asked });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) forgetPerson();
    if (state.query === asked) state.trouble = error;
  }
}
