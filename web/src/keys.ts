// Keys of the whole page. A key that is typed into a field stays there; Escape leaves the field.
import { useEffect } from 'preact/hooks';

export type Keys = Record<string, () => void>;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Enter on a link, a button or a head of a column is theirs. */
function isTheirs(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return event.key === 'Enter' && target.closest('a, button, summary') !== null;
}

export function useKeys(keys: Keys): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const dialog = document.querySelector<HTMLDialogElement>('dialog[open]');
      if (dialog) {
        // Browsers close it by themselves, but not always.
        if (event.key === 'Escape') dialog.close();
        return;
      }
      if (isTyping(event.target)) {
        if (event.key === 'Escape' || event.key === 'Enter') (event.target as HTMLElement).blur();
        return;
      }
      const act = keys[event.key];
      if (!act || isTheirs(event)) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
}

export const listOfKeys: [string, string][] = [
  ['/', 'search'],
  ['j  k', 'next and previous row'],
  ['x', 'select the row'],
  ['Enter', 'open it'],
  ['p  h', 'pin the row, hide it'],
  ['c', 'compare two selected runs'],
  ['Esc', 'back'],
  ['g s', 'scaling'],
  ['g r', 'runs'],
  ['g w', 'sweep'],
  ['?', 'this list'],
];
