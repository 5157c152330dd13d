import { useEffect, useRef, useState } from 'preact/hooks';

/** Width of an element, followed; 0 until it is known. */
export function useWidth<T extends HTMLElement>(): [preact.RefObject<T>, number] {
  const ref = useRef<T>(null);
  const [width, set] = useState(0);
  useEffect(() => {
    const follow = new ResizeObserver(() => set(Math.floor(ref.current?.clientWidth ?? 0)));
    if (ref.current) follow.observe(ref.current);
    return () => follow.disconnect();
  }, []);
  return [ref, width];
}
