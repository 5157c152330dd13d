// A drawing of Observable Plot in the page. Its own <style> element is taken out, which the
// content-security policy would refuse; page.css holds the same rules.
import * as Plot from '@observablehq/plot';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { toCsv } from './csv';
import { download, svgText } from './download';
import { useTheme } from './theme';

export interface Numbers {
  head: string[];
  rows: unknown[][];
}

interface Props {
  name: string; // of exported files
  title: string;
  options: (width: number) => Plot.PlotOptions;
  numbers: Numbers;
  depends: unknown[];
  onPick?: (datum: unknown) => void;
  children?: ComponentChildren; // controls beside the title
  below?: ComponentChildren; // the legend
}

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

/** Parts of a picture have no names of their own for readers of screens: the picture has one. */
function nameMarks(drawing: Element): void {
  for (const mark of drawing.querySelectorAll('[aria-label]')) {
    mark.setAttribute('data-mark', mark.getAttribute('aria-label')!);
    mark.removeAttribute('aria-label');
    mark.removeAttribute('aria-description');
  }
}

export function Figure(props: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const theme = useTheme();
  useEffect(() => {
    const place = ref.current;
    if (!place || width === 0) return;
    const drawing = Plot.plot({
      width,
      className: 'plot',
      ...props.options(width),
      style: { background: 'transparent', color: theme.ink, fontSize: '12px' },
    }) as SVGSVGElement & { value?: unknown };
    drawing.querySelectorAll('style').forEach((style) => style.remove());
    nameMarks(drawing);
    drawing.setAttribute('role', 'img');
    drawing.setAttribute('aria-label', `${props.title}: the numbers stand in the table below`);
    const pick = () => drawing.value != null && props.onPick?.(drawing.value);
    drawing.addEventListener('click', pick);
    place.replaceChildren(drawing);
  }, [width, theme, ...props.depends]);
  const svg = () => {
    const drawing = ref.current?.querySelector('svg');
    if (drawing) download(`${props.name}.svg`, 'image/svg+xml', svgText(drawing, theme.ground));
  };
  return (
    <figure class="figure">
      <figcaption>
        <span class="title">{props.title}</span>
        <span class="controls">
          {props.children}
          <Exports name={props.name} numbers={props.numbers} svg={svg} />
        </span>
      </figcaption>
      <div ref={ref} class="drawing" />
      {props.below}
      <Behind numbers={props.numbers} />
    </figure>
  );
}

export function Exports(props: { name: string; numbers: Numbers; svg?: () => void }) {
  const csv = () =>
    download(`${props.name}.csv`, 'text/csv', toCsv(props.numbers.head, props.numbers.rows));
  return (
    <span class="exports">
      {props.svg && (
        <button type="button" onClick={props.svg} title="this figure as a file">
          SVG
        </button>
      )}
      <button type="button" onClick={csv} title="the numbers that are shown, as a file">
        CSV
      </button>
    </span>
  );
}

const rowsBehind = 400;

/** The numbers of a figure as a table: for readers of screens, and for whoever wants them. */
export function Behind({ numbers }: { numbers: Numbers }) {
  const [open, set] = useState(false);
  const more = numbers.rows.length - rowsBehind;
  return (
    <details class="behind" onToggle={(event) => set((event.target as HTMLDetailsElement).open)}>
      <summary>Numbers ({numbers.rows.length.toLocaleString('en')})</summary>
      {open && (
        <div class="scroll" tabIndex={0} role="region" aria-label="numbers of the figure">
          <table class="plain">
            <thead>
              <tr>
                {numbers.head.map((name) => (
                  <th scope="col">{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {numbers.rows.slice(0, rowsBehind).map((row) => (
                <tr>
                  {row.map((value) => (
                    <td>{value === null || value === undefined ? '–' : String(value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {more > 0 && <p class="note">{more.toLocaleString('en')} more rows are in the CSV.</p>}
        </div>
      )}
    </details>
  );
}
