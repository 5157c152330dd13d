// What a figure shows as numbers: a table behind it, and files.
import { useState } from 'preact/hooks';
import { toCsv } from './csv';
import { download } from './download';

export interface Numbers {
  head: string[];
  rows: unknown[][];
}

export function Exports(props: {
  name: string;
  numbers: Numbers;
  svg?: () => void;
  png?: () => void;
}) {
  const csv = () =>
    download(`${props.name}.csv`, 'text/csv', toCsv(props.numbers.head, props.numbers.rows));
  return (
    <span class="exports">
      {props.svg && (
        <button type="button" onClick={props.svg} title="this figure as a file">
          SVG
        </button>
      )}
      {props.png && (
        <button type="button" onClick={props.png} title="this figure as a picture">
          PNG
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
