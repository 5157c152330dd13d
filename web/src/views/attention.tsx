// What needs a person, in the words of the command line; nothing else.
import { useEffect, useState } from 'preact/hooks';
import { hrefTo, toHash, type Address } from '../address';
import { ask } from '../controller';
import type { NodeLine, Run } from '../documents';
import { duration, moment } from '../format';
import { shortId } from '../parts';
import { useNow } from '../world';

const silent_s = 180;
const listed = 4;
const poll_ms = 20_000;

/** A document that is asked for every `poll_ms`; null until it is there, or where it is not. */
export function usePolled<T>(path: string): T | null {
  const [document, set] = useState<T | null>(null);
  useEffect(() => {
    let gone = false;
    const read = () =>
      ask<T>(path)
        .then((answer) => !gone && set(answer))
        .catch(() => undefined);
    void read();
    const timer = setInterval(read, poll_ms);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [path]);
  return document;
}

interface Matter {
  title: string;
  runs: Run[];
  filter: string;
}

function mattersOf(runs: Run[], now: number): Matter[] {
  const of = (state: string) => runs.filter((run) => run.state === state);
  const silent = of('running').filter(
    (run) => run.reported_at !== null && now - run.reported_at > silent_s,
  );
  return [
    { title: 'failed for good', runs: of('failed'), filter: 'state:failed' },
    { title: 'held', runs: of('held'), filter: 'state:held' },
    { title: 'no word from the worker', runs: silent, filter: 'state:running' },
  ].filter((matter) => matter.runs.length > 0);
}

function whyOf(run: Run, now: number): string {
  if (run.state !== 'running') return run.why ?? '';
  return `no word for ${duration(now - (run.reported_at ?? now))}: the controller is there, the worker is not`;
}

function MatterList({ matter, address, now }: { matter: Matter; address: Address; now: number }) {
  const more = matter.runs.length - listed;
  const all = { ...address, view: 'runs', name: '' };
  const filter = { ...address.settings, q: matter.filter };
  return (
    <li>
      <p class="alarm">
        {matter.runs.length} {matter.title}
      </p>
      <ul>
        {matter.runs.slice(0, listed).map((run) => (
          <li key={run.id}>
            <a class="id" href={hrefTo(address, 'run', run.id)}>
              {shortId(run.id)}
            </a>{' '}
            <span class="why">{whyOf(run, now)}</span>
          </li>
        ))}
        {more > 0 && (
          <li>
            <a href={toHash({ ...all, settings: filter })}>and {more} more</a>
          </li>
        )}
      </ul>
    </li>
  );
}

export function Attention({ address, runs }: { address: Address; runs: Run[] }) {
  const now = useNow();
  const nodes = usePolled<{ nodes: NodeLine[] }>('nodes')?.nodes ?? [];
  const waiting = usePolled<{ waiting: string | null }>('controller')?.waiting ?? null;
  const excluded = nodes.filter((node) => node.excluded !== null);
  const matters = mattersOf(runs, now);
  const calm = matters.length === 0 && excluded.length === 0 && waiting === null;
  return (
    <section class="attention" aria-label="what needs a person">
      <h2>Needs a person</h2>
      {calm && <p class="quiet">Nothing does.</p>}
      <ul>
        {waiting !== null && (
          <li>
            <p class="alarm">the controller waits</p>
            <p class="why">{waiting}</p>
          </li>
        )}
        {matters.map((matter) => (
          <MatterList matter={matter} address={address} now={now} key={matter.title} />
        ))}
        {excluded.map((node) => (
          <li key={node.name}>
            <p class="alarm">
              node <a href={hrefTo(address, 'nodes')}>{node.name}</a> is left out
            </p>
            <p class="why" title={`until ${moment(node.excluded!.until)}`}>
              {node.excluded!.reason}, for {duration(node.excluded!.until - now)} more
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
