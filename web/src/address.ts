// The address is the state: everything that a view shows stands behind the '#', so that a link
// shows another person the same.
import { useEffect, useState } from 'preact/hooks';

export interface Address {
  view: string; // scaling, runs, run, compare, sweep, nodes
  name: string; // of the run or the sweep; may be empty
  settings: Record<string, string>;
}

const views = ['scaling', 'runs', 'run', 'compare', 'sweep', 'nodes'];

export function parseAddress(hash: string): Address {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', name = ''] = path.split('/', 2);
  const settings: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(query)) settings[key] = value;
  return {
    view: views.includes(view) ? view : 'scaling',
    name: decoded(name),
    settings,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function toHash(address: Address): string {
  const query = new URLSearchParams(
    Object.entries(address.settings).filter(([, value]) => value !== ''),
  ).toString();
  const name = address.name === '' ? '' : `/${encodeURIComponent(address.name)}`;
  return `#/${address.view}${name}${query === '' ? '' : `?${query}`}`;
}

/** Settings that hold in every view. */
const shared = ['sweep', 'select'];

/** The runs that are selected. */
export function selectionOf(address: Address): string[] {
  return (address.settings.select ?? '').split(',').filter((id) => id !== '');
}

/** The address of another view, with what is selected. */
export function hrefTo(from: Address, view: string, name = ''): string {
  const kept = Object.fromEntries(
    Object.entries(from.settings).filter(([key]) => shared.includes(key)),
  );
  return toHash({ view, name, settings: kept });
}

export function useAddress(): Address {
  const [address, set] = useState(() => parseAddress(location.hash));
  useEffect(() => {
    const follow = () => set(parseAddress(location.hash));
    addEventListener('hashchange', follow);
    addEventListener('popstate', follow);
    return () => {
      removeEventListener('hashchange', follow);
      removeEventListener('popstate', follow);
    };
  }, []);
  return address;
}

/** Where the page is now, also where it has not been drawn again yet. */
export function current(): Address {
  return parseAddress(location.hash);
}

/** Changes settings in place: no step of the browser's history for each key. */
export function change(settings: Record<string, string>): void {
  const address = current();
  const hash = toHash({ ...address, settings: { ...address.settings, ...settings } });
  history.replaceState(null, '', hash);
  dispatchEvent(new PopStateEvent('popstate'));
}

export function go(hash: string): void {
  location.hash = hash;
}
