// The end of an attempt's log, followed while it grows; what is searched for is marked.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, queryOf } from '../controller';
import type { Log } from '../documents';
import { bytes } from '../format';
import { Choice, Toggle } from '../parts';

const lines = 500;
const follow_ms = 2000;

function useLog(run: string, attempt: string, live: boolean): [Log | null, string] {
  const [log, set] = useState<Log | null>(null);
  const [why, setWhy] = useState('');
  useEffect(() => {
    let gone = false;
    const read = () =>
      ask<Log>(`runs/${encodeURIComponent(run)}/logs${queryOf({ lines, attempt })}`)
        .then((answer) => {
          if (!gone) set((old) => (old?.bytes === answer.bytes && old.run === run ? old : answer));
        })
        .catch((refused: Error) => !gone && setWhy(refused.message));
    void read();
    const timer = live ? setInterval(read, follow_ms) : undefined;
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [run, attempt, live]);
  return [log, why];
}

export function LogTail(props: { run: string; attempts: (number | null)[]; live: boolean }) {
  const [attempt, choose] = useState('');
  const [follow, setFollow] = useState(true);
  const [wanted, want] = useState('');
  const [log, why] = useLog(props.run, attempt, props.live && follow);
  const end = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (follow && end.current) end.current.scrollTop = end.current.scrollHeight;
  }, [log, follow]);
  const lower = wanted.toLowerCase();
  const seen = log?.lines.filter((line) => line.toLowerCase().includes(lower)) ?? [];
  return (
    <>
      <div class="bar-of-controls">
        <input
          type="search"
          placeholder="search the log"
          aria-label="search the log"
          value={wanted}
          onInput={(event) => want((event.target as HTMLInputElement).value)}
        />
        <span class="quiet">
          {log &&
            log.bytes > 0 &&
            `the last ${seen.length} lines of attempt ${log.attempt ?? '–'}, ${bytes(log.bytes)}`}
        </span>
        <span class="controls">
          {props.attempts.length > 1 && (
            <Choice
              label="attempt"
              value={attempt}
              choices={[
                ['', 'the newest'],
                ...props.attempts.map((one): [string, string] => [String(one), String(one)]),
              ]}
              set={choose}
            />
          )}
          <Toggle on={follow} label="follow" set={setFollow} />
        </span>
      </div>
      {log ? (
        <pre ref={end} class="log" tabIndex={0} aria-label="log">
          {seen.length > 0 ? seen.join('\n') : wanted ? 'No line has this.' : 'Nothing was said.'}
        </pre>
      ) : (
        <p class="quiet">{why}</p>
      )}
    </>
  );
}
