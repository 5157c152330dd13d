// Light, dark, or as the system has it. Figures are drawn in resolved colors, so that what is
// exported stands without the page's style sheet.
import { useEffect, useState } from 'preact/hooks';

export type Choice = 'auto' | 'light' | 'dark';
const key = 'enigma-sweep theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const changes = new EventTarget();

export function choice(): Choice {
  const kept = localStorage.getItem(key);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

export function choose(next: Choice): void {
  localStorage.setItem(key, next);
  apply();
  changes.dispatchEvent(new Event('change'));
}

export function apply(): void {
  document.documentElement.dataset.theme = choice();
}

export interface Theme {
  dark: boolean;
  ink: string;
  muted: string;
  faint: string;
  line: string;
  ground: string;
  accent: string;
  alarm: string;
}

const names = ['ink', 'muted', 'faint', 'line', 'ground', 'accent', 'alarm'] as const;

function resolved(): Theme {
  const probe = document.createElement('span');
  document.body.append(probe);
  const colors = Object.fromEntries(
    names.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  const dark = choice() === 'auto' ? system.matches : choice() === 'dark';
  return { dark, ...colors } as Theme;
}

export function useTheme(): Theme {
  const [theme, set] = useState(resolved);
  useEffect(() => {
    const follow = () => set(resolved());
    system.addEventListener('change', follow);
    changes.addEventListener('change', follow);
    return () => {
      system.removeEventListener('change', follow);
      changes.removeEventListener('change', follow);
    };
  }, []);
  return theme;
}
