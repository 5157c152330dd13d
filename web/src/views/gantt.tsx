// The attempts of a run over time: a bar each, colored and named by how it ended.
import type { Attempt } from '../documents';
import { duration, moment } from '../format';
import { Behind } from '../numbers';
import { useWidth } from '../width';

const rowHeight = 26;
const left = 34;
const foot = 22;

/** What a bar's color stands for; its word stands beside it. */
export function kindOf(attempt: Attempt): string {
  if (attempt.ended_at === null) return 'running';
  switch (attempt.class) {
    case null:
      return 'done';
    case 'preempted':
    case 'time_limit':
      return 'stopped';
    case 'node_failure':
    case 'never_started':
    case 'hang':
    case 'hardware':
    case 'nccl':
      return 'world';
    default:
      return 'own';
  }
}

function wordOf(attempt: Attempt): string {
  if (attempt.ended_at === null) return 'running';
  return (attempt.class ?? 'ended as asked').replaceAll('_', ' ');
}

function Bar(props: { attempt: Attempt; index: number; x: (at: number) => number; now: number }) {
  const { attempt, index, x, now } = props;
  const from = attempt.started_at!;
  const to = attempt.ended_at ?? now;
  const width = Math.max(3, x(to) - x(from));
  const y = index * rowHeight;
  const word = `${wordOf(attempt)}, ${duration(to - from)}`;
  const inside = width > word.length * 7 + 12;
  const before = !inside && x(to) + word.length * 7 > x(Infinity);
  const at = inside ? x(from) + 6 : before ? x(from) - 6 : x(to) + 6;
  return (
    <g>
      <title>
        {`attempt ${attempt.number}: ${moment(from)} to ${moment(attempt.ended_at)}\n${attempt.evidence?.line ?? ''}`}
      </title>
      <text x={left - 8} y={y + 17} class="label" text-anchor="end">
        {attempt.number ?? '–'}
      </text>
      <rect
        x={x(from)}
        y={y + 4}
        width={width}
        height={rowHeight - 8}
        rx="2"
        class={kindOf(attempt)}
      />
      <text
        x={at}
        y={y + 17}
        class={inside ? 'inside' : 'label'}
        text-anchor={before ? 'end' : 'start'}
      >
        {word}
      </text>
    </g>
  );
}

export function Gantt({ attempts, now }: { attempts: Attempt[]; now: number }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const started = attempts.filter((attempt) => attempt.started_at !== null);
  const from = Math.min(...started.map((attempt) => attempt.started_at!));
  const to = Math.max(...started.map((attempt) => attempt.ended_at ?? now), from + 1);
  const right = width - 8;
  const x = (at: number) =>
    at === Infinity ? right : left + ((at - from) / (to - from)) * (right - left);
  const height = started.length * rowHeight + foot;
  if (started.length === 0) return <p class="quiet">No attempt has begun.</p>;
  return (
    <figure class="figure gantt">
      <div ref={ref} class="drawing">
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label="attempts over time">
            {started.map((attempt, k) => (
              <Bar attempt={attempt} index={k} x={x} now={now} key={attempt.number ?? k} />
            ))}
            <text x={left} y={height - 4} class="label">
              {moment(from)}
            </text>
            <text x={right} y={height - 4} class="label" text-anchor="end">
              + {duration(to - from)}
            </text>
          </svg>
        )}
      </div>
      <Behind
        numbers={{
          head: ['attempt', 'from', 'to', 'class', 'evidence', 'first step', 'last step'],
          rows: attempts.map((attempt) => [
            attempt.number,
            moment(attempt.started_at),
            attempt.ended_at === null ? null : moment(attempt.ended_at),
            attempt.class,
            attempt.evidence?.line ?? null,
            attempt.first_step,
            attempt.last_step,
          ]),
        }}
      />
    </figure>
  );
}
