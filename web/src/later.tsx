// A view whose code is loaded when it is first shown: a table does not wait for figures.
import { h, type ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export interface Later<P> {
  View: ComponentType<P>;
  load: () => void; // begins before it is shown
}

export function later<P extends object>(find: () => Promise<ComponentType<P>>): Later<P> {
  let known: ComponentType<P> | null = null;
  let found: Promise<void> | null = null;
  const begin = () =>
    (found ??= find().then(
      (view) => void (known = view),
      () => void (found = null), // asked for again when it is shown
    ));
  const View = (props: P) => {
    const [tried, set] = useState(false);
    useEffect(() => {
      if (known === null) void begin().then(() => set(true));
    }, []);
    if (known !== null) return h(known, props);
    return tried ? <p class="empty">This view could not be loaded. Load the page again.</p> : null;
  };
  return { View, load: () => void begin() };
}
