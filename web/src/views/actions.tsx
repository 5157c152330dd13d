// What a person may ask of a run: to stop for good, or to go on. Asked twice, done once.
import { useState } from 'preact/hooks';
import { send, Refused } from '../controller';
import type { Run } from '../documents';

type Wish = 'cancel' | 'resume';

function wishOf(run: Run): Wish | null {
  if (run.state === 'done') return null;
  return run.state === 'failed' || run.state === 'cancelled' || run.state === 'held'
    ? 'resume'
    : 'cancel';
}

const words: Record<Wish, [string, string]> = {
  cancel: ['Cancel', 'Cancel this run for good?'],
  resume: ['Resume', 'Go on from its last checkpoint?'],
};

export function Actions({ run }: { run: Run }) {
  const [asking, ask] = useState<Wish | null>(null);
  const [said, say] = useState('');
  const wish = wishOf(run);
  if (wish === null) return null;
  const act = () => {
    ask(null);
    send(wish, { name: run.id })
      .then(() => say(''))
      .catch((refused: Refused) => say(refused.message));
  };
  return (
    <span class="actions">
      {asking === wish ? (
        <>
          {words[wish][1]}
          <button type="button" class={wish === 'cancel' ? 'alarm' : ''} onClick={act}>
            {words[wish][0]}
          </button>
          <button type="button" onClick={() => ask(null)}>
            No
          </button>
        </>
      ) : (
        <button type="button" onClick={() => ask(wish)}>
          {words[wish][0]} …
        </button>
      )}
      {said !== '' && (
        <span class="alarm" role="alert">
          {said}
        </span>
      )}
    </span>
  );
}
