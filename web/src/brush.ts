// A rectangle drawn over a figure with the mouse, in the values of its axes.
import type { Plot } from '@observablehq/plot';
import type { Limits } from './regions';

export type Brushed = (x: Limits, y: Limits) => void;

const least_px = 5; // less is a click
const svgNamespace = 'http://www.w3.org/2000/svg';

type Drawing = SVGSVGElement & Plot;

function placeIn(drawing: Drawing, event: PointerEvent): DOMPoint {
  const at = new DOMPoint(event.clientX, event.clientY);
  return at.matrixTransform(drawing.getScreenCTM()!.inverse());
}

function limits(drawing: Drawing, axis: 'x' | 'y', from: number, to: number): Limits | null {
  const scale = drawing.scale(axis);
  if (!scale?.invert) return null;
  const [low, high] = [...(scale.range as number[])].sort((a, b) => a - b);
  const within = (place: number) => Math.min(Math.max(place, low), high);
  return [scale.invert(within(from)) as number, scale.invert(within(to)) as number];
}

function frame(mark: SVGRectElement, from: DOMPoint, to: DOMPoint): void {
  mark.setAttribute('x', String(Math.min(from.x, to.x)));
  mark.setAttribute('y', String(Math.min(from.y, to.y)));
  mark.setAttribute('width', String(Math.abs(to.x - from.x)));
  mark.setAttribute('height', String(Math.abs(to.y - from.y)));
}

/** Follows the mouse over `place`, which holds the drawing; gives what ends that. */
export function followBrush(place: HTMLElement, drawing: Drawing, take: Brushed): () => void {
  let from: DOMPoint | null = null;
  let mark: SVGRectElement | null = null;
  const press = (event: PointerEvent) => {
    if (event.button !== 0 || event.pointerType !== 'mouse') return;
    from = placeIn(drawing, event);
  };
  const move = (event: PointerEvent) => {
    if (from === null) return;
    const to = placeIn(drawing, event);
    if (mark === null && Math.hypot(to.x - from.x, to.y - from.y) < least_px) return;
    if (mark === null) {
      mark = document.createElementNS(svgNamespace, 'rect');
      mark.setAttribute('class', 'brush');
      drawing.append(mark);
    }
    frame(mark, from, to);
  };
  const release = (event: PointerEvent) => {
    const [begun, drawn] = [from, mark];
    [from, mark] = [null, null];
    drawn?.remove();
    if (begun === null || drawn === null) return;
    place.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => place.removeEventListener('click', swallow, { capture: true }));
    const to = placeIn(drawing, event);
    const x = limits(drawing, 'x', begun.x, to.x);
    const y = limits(drawing, 'y', begun.y, to.y);
    if (x && y) take(x, y);
  };
  place.addEventListener('pointerdown', press, { capture: true });
  addEventListener('pointermove', move);
  addEventListener('pointerup', release);
  return () => {
    place.removeEventListener('pointerdown', press, { capture: true });
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', release);
  };
}

/** The end of a drag is no click on a run. */
function swallow(event: Event): void {
  event.stopPropagation();
}
