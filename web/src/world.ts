// What the page knows of the controller, kept up to date by one stream of events: the stream says
// which runs have changed, and only those are asked for again.
import { useEffect, useState } from 'preact/hooks';
import { parseAddress } from './address';
import { ask, queryOf, Refused } from './controller';
import type { Counts, Event, Law, Maybe, Run, Spend, Status, SweepLine } from './documents';

export type Connection = 'starting' | 'live' | 'away' | 'denied';

export interface World {
  runs: Map<string, Run>; // of the sweeps that have been looked at, by id
  whole: Set<string>; // sweeps whose runs are all there
  counts: Maybe<Counts>;
  spend: Maybe<Spend>;
  sweeps: SweepLine[];
  connection: Connection;
  heardAt: number; // of the stream, this browser's clock
  newestWord: number; // of any worker; 0: none is known
  error: string; // why nothing could be read; empty
  laws: Map<string, Law | Refused>; // by sweep; absent: not asked for yet
  version: number; // grows with every change
}

const nextPages = 1000;
const idsMax = 80;
const refresh_ms = 1000;
const totals_ms = 2500;
const silence_ms = 40_000;

const world: World = {
  runs: new Map(),
  whole: new Set(),
  counts: null,
  spend: null,
  sweeps: [],
  connection: 'starting',
  heardAt: 0,
  newestWord: 0,
  error: '',
  laws: new Map(),
  version: 0,
};

const listeners = new Set<() => void>();
const eventListeners = new Set<(event: Event) => void>();
let announced = false;

/** Views are drawn again once a frame, however much has changed. */
function announce(): void {
  world.version += 1;
  if (announced) return;
  announced = true;
  setTimeout(() => {
    announced = false;
    for (const listener of [...listeners]) listener();
  }, 16);
}

export function useWorld(): World {
  const [, draw] = useState(0);
  useEffect(() => {
    const listener = () => draw(world.version);
    listeners.add(listener);
    listener();
    return () => void listeners.delete(listener);
  }, []);
  return world;
}

/** Called with each event of the store while the component stands. */
export function useEvents(take: (event: Event) => void): void {
  useEffect(() => {
    eventListeners.add(take);
    return () => void eventListeners.delete(take);
  });
}

function takeRuns(runs: Run[]): void {
  for (const run of runs) {
    world.runs.set(run.id, run);
    world.newestWord = Math.max(world.newestWord, run.reported_at ?? 0);
  }
}

// Sweeps that views look at, by how many do; their runs are read, and read again where they became
// more.
const watched = new Map<string, number>();
const reading = new Map<string, Promise<void>>();

/** What is seen at once: the first rows of a table, or all marks of most figures. */
function firstPage(): number {
  return parseAddress(location.hash).view === 'runs' ? 60 : 200;
}

/** All runs of a sweep, page by page; each page is seen when it is there. */
async function readPages(sweep: string): Promise<void> {
  let after: string | undefined;
  do {
    const limit = after === undefined ? firstPage() : nextPages;
    const status: Status = await ask(`status${queryOf({ sweep, limit, after })}`);
    takeRuns(status.runs);
    after = status.next ?? undefined;
    announce();
  } while (after !== undefined);
  world.whole.add(sweep);
  announce();
}

function readRuns(sweep: string): Promise<void> {
  const known = reading.get(sweep);
  if (known) return known;
  const read = readPages(sweep).finally(() => reading.delete(sweep));
  reading.set(sweep, read);
  return read;
}

function wantRuns(sweep: string): void {
  if (sweep !== '' && !world.whole.has(sweep)) void readRuns(sweep).catch(fail);
}

function runsOf(sweep: string): Run[] {
  return [...world.runs.values()].filter((run) => run.sweeps.includes(sweep));
}

/** The runs of a sweep, as far as they are known; followed while the component stands. */
export function useRuns(sweep: string): Run[] {
  useWorld();
  useEffect(() => {
    if (sweep === '') return;
    count(watched, sweep, 1);
    wantRuns(sweep);
    return () => count(watched, sweep, -1);
  }, [sweep]);
  return runsOf(sweep);
}

const named = new Map<string, number>();

function wantIds(ids: Iterable<string>): void {
  const absent = [...ids].filter((id) => id !== '' && !world.runs.has(id));
  absent.forEach((id) => changed.add(id));
  if (absent.length > 0) refreshSoon(0);
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const sum = (counts.get(key) ?? 0) + by;
  if (sum > 0) counts.set(key, sum);
  else counts.delete(key);
}

/** Follows runs that the address names: they may be of sweeps that nobody looks at. */
export function useNamed(ids: string[]): void {
  useEffect(() => {
    ids.forEach((id) => count(named, id, 1));
    wantIds(ids);
    return () => ids.forEach((id) => count(named, id, -1));
  }, [ids.join()]);
}

let newest: number | undefined;

async function readTotals(): Promise<void> {
  const status: Status = await ask(`status${queryOf({ limit: 0 })}`);
  newest ??= status.last_event;
  world.counts = status.counts;
  world.spend = status.spend;
  world.sweeps = status.sweeps;
  world.newestWord = Math.max(world.newestWord, status.reported_at ?? 0);
  world.error = '';
  if (watched.size === 0) wantSoon();
  announce();
  for (const { name, points } of status.sweeps) {
    const grown = watched.has(name) && world.whole.has(name) && runsOf(name).length !== points;
    if (grown) void readRuns(name).catch(fail);
  }
}

function fail(broken: unknown): void {
  const refused = broken instanceof Refused ? broken : new Refused(0, String(broken));
  if (refused.status === 401) world.connection = 'denied';
  world.error = refused.message;
  announce();
}

const changed = new Set<string>();
let refreshTimer: ReturnType<typeof setTimeout> | undefined;
let totalsTimer: ReturnType<typeof setTimeout> | undefined;

function refreshSoon(pause_ms = refresh_ms): void {
  refreshTimer ??= setTimeout(async () => {
    const ids = [...changed].slice(0, idsMax);
    ids.forEach((id) => changed.delete(id));
    try {
      const status: Status = await ask(`status${queryOf({ ids: ids.join(',') })}`);
      takeRuns(status.runs);
      announce();
    } catch (broken) {
      fail(broken);
    }
    refreshTimer = undefined;
    if (changed.size > 0) refreshSoon();
  }, pause_ms);
}

/** A submission adds many runs at once: they are counted together. */
function totalsSoon(pause_ms = totals_ms): void {
  totalsTimer ??= setTimeout(async () => {
    totalsTimer = undefined;
    await readTotals().catch(fail);
  }, pause_ms);
}

/** Of runs that nobody looks at, the totals alone are asked for. */
function markChanged(id: string): void {
  if (world.runs.has(id)) {
    changed.add(id);
    refreshSoon();
  }
  totalsSoon();
}

function heard(): void {
  world.heardAt = Date.now();
  if (world.connection === 'live') return;
  world.connection = 'live';
  announce();
}

/** What a run's end may have changed is asked for again when a view wants it. */
const ends = new Set(['done', 'ended', 'failed']);

function takeEvent(event: Event): void {
  if (event.run && !world.runs.has(event.run)) totalsSoon(refresh_ms);
  markChanged(event.run ?? '');
  if (ends.has(event.kind)) refreshLaws(event.run ?? '');
  for (const listener of [...eventListeners]) listener(event);
}

function takeProgress(run: Pick<Run, 'id'> & Partial<Run>): void {
  const known = world.runs.get(run.id);
  if (known) world.runs.set(run.id, { ...known, ...run });
  world.newestWord = Math.max(world.newestWord, run.reported_at ?? 0);
  markChanged(run.id);
  announce();
}

export interface LawQuestion {
  sweep: string;
  where?: string;
  form?: string;
  kind?: string;
}

const asked = new Map<string, LawQuestion>();

export function keyOf({ sweep, where = '', form = '', kind = '' }: LawQuestion): string {
  return JSON.stringify([sweep, where, form, kind]);
}

/** Asks for a law once; it is asked again when a run of its sweep has ended. */
export function wantLaw(question: LawQuestion): void {
  const key = keyOf(question);
  if (question.sweep === '' || asked.has(key)) return;
  asked.set(key, question);
  void readLaw(question);
}

async function readLaw(question: LawQuestion): Promise<void> {
  const { sweep, ...rest } = question;
  let law: Law | Refused;
  try {
    law = await ask<Law>(`sweeps/${encodeURIComponent(sweep)}/law${queryOf({ ...rest })}`);
  } catch (broken) {
    law = broken instanceof Refused ? broken : new Refused(0, String(broken));
  }
  world.laws.set(keyOf(question), law);
  announce();
}

const lawTimers = new Map<string, ReturnType<typeof setTimeout>>();

/** Only those that somebody looks at now: the others are asked for when they are seen again. */
function refreshLaws(run: string): void {
  for (const sweep of world.runs.get(run)?.sweeps ?? []) {
    if (lawTimers.has(sweep)) continue;
    const timer = setTimeout(() => {
      lawTimers.delete(sweep);
      for (const [key, question] of asked) {
        if (question.sweep !== sweep) continue;
        if (wanted.has(key)) void readLaw(question);
        else asked.delete(key);
      }
    }, 1500);
    lawTimers.set(sweep, timer);
  }
}

const wanted = new Set<string>();

/** The law, refused, or not known yet; followed while the component stands. */
export function useLaw(question: LawQuestion): Law | Refused | undefined {
  const known = useWorld().laws;
  const key = keyOf(question);
  useEffect(() => {
    wanted.add(key);
    wantLaw(question);
    return () => void wanted.delete(key);
  }, [key]);
  return known.get(key);
}

let stream: EventSource | undefined;

/** What a view will show, before it has been drawn: the sweep that the address names, or the newest
 * one. It is what one waits for. */
function wantSoon(): void {
  const { view, name, settings } = parseAddress(location.hash);
  if (['run', 'compare', 'nodes'].includes(view)) return;
  const newestSweep = world.sweeps[world.sweeps.length - 1]?.name;
  wantRuns((view === 'sweep' && name !== '' ? name : settings.sweep) ?? newestSweep ?? '');
}

/** Reads what is looked at and follows what changes. */
export function begin(): void {
  newest = undefined;
  world.whole.clear();
  for (const id of world.runs.keys()) if (!isWatched(id)) world.runs.delete(id);
  if (watched.size === 0) wantSoon();
  for (const sweep of watched.keys()) wantRuns(sweep);
  wantIds(named.keys());
  void readTotals()
    .then(listen)
    .catch((broken) => {
      fail(broken);
      if (world.connection !== 'denied') setTimeout(begin, 3000);
    });
}

function isWatched(id: string): boolean {
  if (named.has(id)) return false; // read anew, alone
  return world.runs.get(id)?.sweeps.some((sweep) => watched.has(sweep)) ?? false;
}

function listen(): void {
  stream?.close();
  stream = new EventSource(`api/v1/events${queryOf({ after: newest })}`);
  stream.onopen = heard;
  stream.onerror = lost;
  stream.addEventListener('beat', heard);
  stream.addEventListener('event', (message) => {
    heard();
    takeEvent(JSON.parse(message.data as string) as Event);
  });
  stream.addEventListener('run', (message) => {
    heard();
    takeProgress(JSON.parse(message.data as string) as Run);
  });
  stream.addEventListener('reset', begin);
}

/** The browser tries again by itself; where it gave up, everything is read anew. */
function lost(): void {
  world.connection = 'away';
  announce();
  if (stream?.readyState === EventSource.CLOSED) setTimeout(begin, 3000);
}

setInterval(() => {
  const silent = world.heardAt > 0 && Date.now() - world.heardAt > silence_ms;
  if (world.connection === 'live' && silent) lost();
}, 5000);

/** Seconds since the epoch, again every `pause_ms` while the component stands. */
export function useNow(pause_ms = 5000): number {
  const [now, set] = useState(Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => set(Date.now() / 1000), pause_ms);
    return () => clearInterval(timer);
  }, [pause_ms]);
  return now;
}
