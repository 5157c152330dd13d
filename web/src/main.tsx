// The page: a bar with the sweep and the views, and the view that the address names.
import { render } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { change, current, go, hrefTo, toHash, useAddress, type Address } from './address';
import type { SweepLine } from './documents';
import { ago, duration } from './format';
import { listOfKeys, useKeys } from './keys';
import { later } from './later';
import * as theme from './theme';
import { begin, useNow, useWorld, type World } from './world';
import './page.css';

const Compare = later(() => import('./views/compare').then((module) => module.Compare));
const Nodes = later(() => import('./views/nodes').then((module) => module.Nodes));
const Runs = later(() => import('./views/runs').then((module) => module.Runs));
const RunView = later(() => import('./views/run').then((module) => module.RunView));
const Scaling = later(() => import('./views/scaling').then((module) => module.Scaling));
const Sweep = later(() => import('./views/sweep').then((module) => module.Sweep));

/** The code of a view is loaded while its numbers are asked for; that of the others when there is
 * time: a page that stays open must not need its controller for them. */
function loadViews(first: string): void {
  const all = {
    compare: Compare,
    nodes: Nodes,
    runs: Runs,
    run: RunView,
    scaling: Scaling,
    sweep: Sweep,
  };
  (first in all ? all[first as keyof typeof all] : Scaling).load();
  setTimeout(() => Object.values(all).forEach((view) => view.load()), 3000);
}

const views: [string, string][] = [
  ['scaling', 'Scaling'],
  ['runs', 'Runs'],
  ['sweep', 'Sweep'],
  ['nodes', 'Nodes'],
];

/** The sweep that is looked at: the one named, else the newest. */
function sweepOf(address: Address, world: World): SweepLine | undefined {
  let name: string | undefined = address.settings.sweep;
  if (address.view === 'sweep' && address.name !== '') name = address.name;
  const own = address.view === 'run' ? world.runs.get(address.name)?.sweeps : undefined;
  if (own && !own.includes(name ?? '')) name = own[0];
  const known = world.sweeps.find((one) => one.name === name);
  return known ?? (name ? undefined : world.sweeps[world.sweeps.length - 1]);
}

function Live({ world }: { world: World }) {
  const now = useNow(1000);
  const newest = world.newestWord;
  const silent = duration(now - world.heardAt / 1000);
  const words: Record<World['connection'], string> = {
    starting: 'connecting',
    live: newest > 0 ? `newest word ${ago(newest, now)}` : 'live',
    away: world.heardAt > 0 ? `no answer for ${silent}: what is shown is old` : 'no answer',
    denied: 'no longer signed in',
  };
  return (
    <span class={`live ${world.connection}`} role="status">
      <span class="dot" aria-hidden="true" />
      {words[world.connection]}
    </span>
  );
}

const next: Record<theme.Choice, theme.Choice> = { auto: 'dark', dark: 'light', light: 'auto' };

function ThemeButton() {
  const [choice, set] = useState(theme.choice());
  const choose = () => {
    theme.choose(next[choice]);
    set(next[choice]);
  };
  return (
    <button type="button" onClick={choose} title={`colors: ${choice}; click for ${next[choice]}`}>
      <span aria-hidden="true">◐</span> <span class="word">{choice}</span>
    </button>
  );
}

function Bar(props: {
  address: Address;
  world: World;
  sweep: SweepLine | undefined;
  help: () => void;
}) {
  const { address, world, sweep } = props;
  const name = sweep?.name ?? '';
  const chosen = (event: Event) => {
    const value = (event.target as HTMLSelectElement).value;
    if (address.view === 'sweep') go(hrefTo(address, 'sweep', value));
    else change({ sweep: value });
  };
  const at = ['run', 'compare'].includes(address.view) ? 'runs' : address.view;
  return (
    <header>
      <a class="brand" href={hrefTo(address, 'scaling')}>
        enigma-sweep
      </a>
      {world.sweeps.length > 0 && (
        <select aria-label="sweep" onChange={chosen} value={name}>
          {world.sweeps.map((one) => (
            <option key={one.name} value={one.name} selected={one.name === name}>
              {one.name}
            </option>
          ))}
        </select>
      )}
      <nav aria-label="views">
        {views.map(([view, label]) => (
          <a
            key={view}
            href={hrefTo(address, view, view === 'sweep' ? name : '')}
            aria-current={at === view ? 'page' : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <span class="end">
        <Live world={world} />
        <ThemeButton />
        <button type="button" onClick={props.help} aria-label="keys" title="keys (?)">
          ?
        </button>
      </span>
    </header>
  );
}

function Help({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []); // before anybody can type
  return (
    <dialog ref={dialog} onClose={close} aria-label="keys">
      <h2>Keys</h2>
      <dl>
        {listOfKeys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">close</button>
      </form>
    </dialog>
  );
}

function View({ address, sweep }: { address: Address; sweep: SweepLine | undefined }) {
  const world = useWorld();
  if (world.counts === null) return <div />;
  switch (address.view) {
    case 'runs':
      return <Runs.View address={address} sweep={sweep?.name ?? ''} />;
    case 'run':
      return <RunView.View address={address} key={address.name} />;
    case 'compare':
      return <Compare.View address={address} key={address.name} />;
    case 'sweep':
      return <Sweep.View address={address} name={sweep?.name ?? address.name} />;
    case 'nodes':
      return <Nodes.View />;
    default:
      return <Scaling.View address={address} sweep={sweep} />;
  }
}

function Trouble({ world }: { world: World }) {
  if (world.connection === 'denied') {
    return (
      <p class="trouble" role="alert">
        The controller was started anew and does not know this browser.{' '}
        <code>enigma-sweep serve --link</code> prints the link that lets you in.
      </p>
    );
  }
  if (world.error === '' || world.connection === 'live') return null;
  return (
    <p class="trouble" role="alert">
      {world.error} What is shown is as of the last answer; workers go on without a controller.
    </p>
  );
}

function Page() {
  const address = useAddress();
  const world = useWorld();
  const [help, setHelp] = useState(false);
  const goesTo = useRef(false);
  const sweep = sweepOf(address, world);
  const leap =
    (view: string, name = '') =>
    () => {
      if (goesTo.current) go(hrefTo(address, view, name));
      goesTo.current = false;
    };
  useKeys({
    '?': () => setHelp(true),
    ...(address.view === 'runs'
      ? {}
      : {
          Escape: () => history.back(),
          '/': () => go(toHash({ ...address, view: 'runs', name: '' })),
        }),
    g: () => (goesTo.current = true) && setTimeout(() => (goesTo.current = false), 1000),
    s: leap('scaling'),
    r: leap('runs'),
    w: leap('sweep', sweep?.name),
  });
  useEffect(() => {
    const what = address.view === 'run' ? address.name.slice(0, 8) : address.view;
    document.title = `${sweep?.name ?? 'enigma-sweep'} · ${what}`;
  }, [address.view, address.name, sweep?.name]);
  return (
    <>
      <Bar address={address} world={world} sweep={sweep} help={() => setHelp(true)} />
      <Trouble world={world} />
      <main>
        <View address={address} sweep={sweep} />
      </main>
      {help && <Help close={() => setHelp(false)} />}
    </>
  );
}

theme.apply();
begin();
loadViews(current().view);
render(<Page />, document.getElementById('page')!);
