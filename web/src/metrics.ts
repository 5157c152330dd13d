// Curves of some runs: sampled once, then only what is new.
import { useEffect, useState } from 'preact/hooks';
import { ask, queryOf } from './controller';
import type { MetricRow, Metrics, Run } from './documents';
import { useWorld } from './world';

const points = 300;
const rowsMax = 30_000;

interface Known {
  rows: MetricRow[];
  stand: string; // of the run when they were asked for
  attempt: number | null;
  pending: boolean;
}

const cache = new Map<string, Known>();

/** The last known place of a run's rows: from there on they are asked for again. */
function lastStep(rows: MetricRow[]): number {
  return rows.reduce((last, row) => Math.max(last, row.step), 0);
}

function standOf(run: Run | undefined): string {
  return `${run?.attempt}:${run?.step}:${run?.state}`;
}

async function read(id: string, known: Known, attempt: number | null): Promise<void> {
  const goesOn = known.attempt === attempt && known.rows.length > 0 && known.rows.length < rowsMax;
  const from = goesOn ? lastStep(known.rows) : undefined;
  const path = `runs/${encodeURIComponent(id)}/metrics${queryOf({ points, from })}`;
  const answer = await ask<Metrics>(path);
  const kept = from === undefined ? [] : known.rows.filter((row) => row.step < from);
  known.rows = [...kept, ...answer.rows];
  known.attempt = attempt;
}

/** Follows a run until its rows are those of its newest stand; true where something is new. */
async function update(id: string, run: () => Run | undefined): Promise<boolean> {
  const known = cache.get(id) ?? { rows: [], stand: '', attempt: null, pending: false };
  cache.set(id, known);
  if (known.pending || known.stand === standOf(run())) return false;
  known.pending = true;
  try {
    while (known.stand !== standOf(run())) {
      const stand = standOf(run());
      await read(id, known, run()?.attempt ?? null);
      known.stand = stand;
    }
    return true;
  } catch {
    return false; // asked again with the next change
  } finally {
    known.pending = false;
  }
}

/** run → rows, as far as they are known; follows runs that go on. */
export function useMetrics(ids: string[]): Map<string, MetricRow[]> {
  const world = useWorld();
  const [, draw] = useState(0);
  const stands = ids.map((id) => `${id}:${standOf(world.runs.get(id))}`);
  useEffect(() => {
    let gone = false;
    for (const id of ids.filter((one) => world.runs.has(one))) {
      void update(id, () => world.runs.get(id)).then((fresh) => {
        if (fresh && !gone) draw((count) => count + 1);
      });
    }
    return () => void (gone = true);
  }, [stands.join()]);
  return new Map(ids.map((id) => [id, cache.get(id)?.rows ?? []]));
}
