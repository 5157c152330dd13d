// A drawing of Observable Plot in the page. Its own <style> element is taken out, which the
// content-security policy would refuse; page.css holds the same rules.
import * as Plot from '@observablehq/plot';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { followBrush, type Brushed } from './brush';
import { download, downloadPng, svgText } from './download';
import { Behind, Exports, type Numbers } from './numbers';
import { useTheme } from './theme';
import { useWidth } from './width';

interface Props {
  name: string; // of exported files
  title: string;
  options: (width: number) => Plot.PlotOptions;
  numbers: Numbers;
  depends: unknown[];
  onPick?: (datum: unknown) => void;
  onBrush?: Brushed;
  children?: ComponentChildren; // controls beside the title
  below?: ComponentChildren; // the legend
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
    if (!props.onBrush) return;
    return followBrush(place, drawing as SVGSVGElement & Plot.Plot, props.onBrush);
  }, [width, theme, ...props.depends]);
  const file = (save: (drawing: SVGSVGElement) => void) => () => {
    const drawing = ref.current?.querySelector('svg');
    if (drawing) save(drawing);
  };
  const svg = file((drawing) =>
    download(`${props.name}.svg`, 'image/svg+xml', svgText(drawing, theme.ground)),
  );
  const png = file((drawing) => downloadPng(`${props.name}.png`, drawing, theme.ground));
  return (
    <figure class="figure">
      <figcaption>
        <span class="title">{props.title}</span>
        <span class="controls">
          {props.children}
          <Exports name={props.name} numbers={props.numbers} svg={svg} png={png} />
        </span>
      </figcaption>
      <div ref={ref} class="drawing" />
      {props.below}
      <Behind numbers={props.numbers} />
    </figure>
  );
}
