// What the page knows of the controller, kept up to date by one stream of events: the stream says
// which runs have changed, and only those are asked for again.
import { useEffect, useState } from 'preact/hooks';
import { parseAddress } from './address';
import { ask, queryOf, Refused } from './controller';
import type { Counts, Event, Law, Maybe, Run, Spend, Status, SweepLine } from './documents';

export type Connection = 'starting' | 'live' | 'away' | 'denied';

export interface World {
  runs: Map<string, Run>;
  counts: Maybe<Counts>;
  spend: Maybe<Spend>;
  sweeps: SweepLine[];
  connection: Connection;
  heardAt: number; // of the stream, this browser's clock
  error: string; // why nothing could be read; empty
  laws: Map<string, Law | Refused>; // by sweep; absent: not asked for yet
  version: number; // grows with every change
}

const pageRuns = 10_000;
const idsMax = 80;
const refresh_ms = 1000;
const totals_ms = 2500;
const silence_ms = 40_000;

const world: World = {
  runs: new Map(),
  counts: null,
  spend: null,
  sweeps: [],
  connection: 'starting',
  heardAt: 0,
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

/** The sweep that the address names, before everything else: it is what one waits for. */
async function readNamed(): Promise<void> {
  const { view, name, settings } = parseAddress(location.hash);
  const sweep = view === 'sweep' ? name : settings.sweep;
  if (!sweep) return;
  const status: Status = await ask(`status${queryOf({ sweep, limit: pageRuns })}`);
  for (const run of status.runs) world.runs.set(run.id, run);
  takeTotals(status);
  announce();
}

async function readAll(): Promise<void> {
  const runs = new Map<string, Run>();
  let after: string | undefined;
  do {
    const status: Status = await ask(`status${queryOf({ limit: pageRuns, after })}`);
    for (const run of status.runs) runs.set(run.id, run);
    takeTotals(status);
    after = status.next ?? undefined;
    if (world.runs.size < runs.size) {
      world.runs = new Map(runs);
      announce();
    }
  } while (after !== undefined);
  world.runs = runs;
  world.error = '';
  announce();
}

let newest: number | undefined;

function takeTotals(status: Status): void {
  newest ??= status.last_event;
  world.counts = status.counts;
  world.spend = status.spend;
  world.sweeps = status.sweeps;
}

function fail(broken: unknown): void {
  const refused = broken instanceof Refused ? broken : new Refused(0, String(broken));
  if (refused.status === 401) world.connection = 'denied';
  world.error = refused.message;
  announce();
}

let allTimer: ReturnType<typeof setTimeout> | undefined;

/** A submission adds many runs at once: they are read together. */
function readAllSoon(): void {
  allTimer ??= setTimeout(() => {
    allTimer = undefined;
    void readAll().catch(fail);
  }, refresh_ms);
}

const changed = new Set<string>();
let refreshTimer: ReturnType<typeof setTimeout> | undefined;
let totalsTimer: ReturnType<typeof setTimeout> | undefined;

function refreshSoon(): void {
  refreshTimer ??= setTimeout(async () => {
    const ids = [...changed].slice(0, idsMax);
    ids.forEach((id) => changed.delete(id));
    try {
      const status: Status = await ask(`status${queryOf({ ids: ids.join(',') })}`);
      for (const run of status.runs) world.runs.set(run.id, run);
      announce();
    } catch (broken) {
      fail(broken);
    }
    refreshTimer = undefined;
    if (changed.size > 0) refreshSoon();
  }, refresh_ms);
}

function totalsSoon(): void {
  totalsTimer ??= setTimeout(async () => {
    try {
      takeTotals(await ask(`status${queryOf({ limit: 0 })}`));
      announce();
    } catch (broken) {
      fail(broken);
    }
    totalsTimer = undefined;
  }, totals_ms);
}

function markChanged(id: string): void {
  if (id !== '') changed.add(id);
  refreshSoon();
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
  if (event.run && !world.runs.has(event.run)) readAllSoon();
  markChanged(event.run ?? '');
  if (ends.has(event.kind)) refreshLaws(event.run ?? '');
  for (const listener of [...eventListeners]) listener(event);
}

function takeProgress(run: Pick<Run, 'id'> & Partial<Run>): void {
  const known = world.runs.get(run.id);
  if (known) world.runs.set(run.id, { ...known, ...run });
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

/** Reads everything once and follows what changes. */
export function begin(): void {
  newest = undefined;
  void readNamed()
    .catch(() => undefined) // there is no such sweep: the others are told
    .then(readAll)
    .then(listen)
    .catch((broken) => {
      fail(broken);
      if (world.connection !== 'denied') setTimeout(begin, 3000);
    });
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
  stream.addEventListener('reset', () => void readAll().catch(fail));
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
